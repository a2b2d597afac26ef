// The SSH transport against what is no sshd: silence, floods, and servers that break the protocol's promises.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket, type Server as TcpServer } from "node:net";
import ssh2 from "ssh2";
import { afterEach, expect, test } from "vitest";
import { createSshTransport, type SshOptions, type SshTarget } from "../../src/transport/index.js";
import { freePort } from "./sshd.js";

const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
const loginKey = ssh2.utils.generateKeyPairSync("ed25519");
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function targetAt(port: number, address = "127.0.0.1"): SshTarget {
  const [type = "", key = ""] = hostKey.public.split(" ");
  return {
    node: "dcn1",
    address,
    port,
    user: "u",
    hostKeys: [`${type} ${key}`],
    privateKey: loginKey.private,
  };
}

async function exec(target: SshTarget, options: SshOptions = {}, timeoutMs = 3_000) {
  const transport = createSshTransport([target], { readyTimeoutMs: 700, killGraceMs: 200, ...options });
  try {
    return await transport.exec("dcn1", { argv: ["true"], timeoutMs });
  } finally {
    await transport.close();
  }
}

/** A TCP server that does `serve` to each connection; answers its port and how many connections are open. */
async function tcp(serve: (socket: Socket) => void): Promise<{ port: number; open: () => number }> {
  const sockets = new Set<Socket>();
  const server: TcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.resume();
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open: () => sockets.size };
}

/** An SSH server that lets everybody in and then does `serve` to the connection. */
async function ssh(serve: (client: ssh2.Connection) => void): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (login) => login.accept());
    client.on("ready", () => serve(client));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

test("a port where nobody listens: unreachable, with address, port and what to try", async () => {
  const port = await freePort();
  const failure = await exec(targetAt(port)).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: "unreachable",
    code: "NODE_UNREACHABLE",
    node: "dcn1",
    retryable: true,
  });
  expect(String(failure)).toContain(`127.0.0.1:${port}`);
  expect((failure as { hint: string }).hint).toContain("sshd");
});

test("a name that does not resolve: unreachable", async () => {
  const failure = exec(targetAt(22, "dcn1.invalid"), { readyTimeoutMs: 5_000 });
  await expect(failure).rejects.toMatchObject({ code: "NODE_UNREACHABLE", retryable: true });
});

test("a port that takes the connection and says nothing: unreachable in time, and nothing stays open", async () => {
  const { port, open } = await tcp(() => undefined);
  const started = performance.now();
  await expect(exec(targetAt(port))).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
  expect(performance.now() - started).toBeLessThan(3_000);
  await expect.poll(open).toBe(0);
});

test("close does not wait for a login that does not come", async () => {
  const { port } = await tcp(() => undefined);
  const transport = createSshTransport([targetAt(port)], { readyTimeoutMs: 60_000 });
  const waiting = transport.exec("dcn1", { argv: ["true"], timeoutMs: 1_000 });
  const outcome = expect(waiting).rejects.toMatchObject({ code: "TRANSPORT_CLOSED" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await transport.close();
  await outcome;
});

test("a cancelled wait for a login that does not come ends at once", async () => {
  const { port } = await tcp(() => undefined);
  const transport = createSshTransport([targetAt(port)], { readyTimeoutMs: 60_000 });
  const signal = AbortSignal.timeout(100);
  await expect(transport.exec("dcn1", { argv: ["true"], timeoutMs: 1_000, signal })).rejects.toThrow(
    /timeout/,
  );
  await transport.close();
});

test.each([
  ["lines before the greeting", "x".repeat(100).concat("\r\n").repeat(100)],
  ["one endless line", "x".repeat(10_000)],
  ["a web page", "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n".repeat(500)],
  ["a broken packet", "SSH-2.0-x\r\n".concat("\xff".repeat(1_000))],
])("a flood of %s: unreachable in time, and the connection is cut", async (_what, text) => {
  let sent = 0;
  const { port, open } = await tcp((socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.writable && sent < 50_000_000) {
        sent += text.length;
        if (!socket.write(text, "latin1")) {
          socket.once("drain", pour);
          return;
        }
      }
    };
    pour();
  });
  await expect(exec(targetAt(port))).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
  await expect.poll(open).toBe(0);
  expect(sent).toBeLessThan(50_000_000);
});

test("a server that floods a logged-in connection with rubbish is cut off", async () => {
  const port = await ssh((client) => {
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec) => {
        const channel = acceptExec();
        const pour = (): void => {
          while (channel.writable && channel.write("x".repeat(30_000)));
          channel.once("drain", pour);
        };
        pour();
      });
    });
  });
  const transport = createSshTransport([targetAt(port)], { killGraceMs: 200 });
  const command = { argv: ["true"], timeoutMs: 5_000, maxOutputBytes: 1_000_000 };
  await expect(transport.exec("dcn1", command)).rejects.toMatchObject({ code: "OUTPUT_TOO_LARGE" });
  await transport.close();
});

test("a server that never answers the request for a session: unreachable, because nothing was sent", async () => {
  const port = await ssh((client) => client.on("session", () => undefined));
  await expect(exec(targetAt(port))).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
});

/** Where the login must come about, also on a busy machine. */
const loggedIn: SshOptions = { readyTimeoutMs: 10_000 };

test("a server that never answers the command: the outcome is unknown", async () => {
  const port = await ssh((client) => client.on("session", (accept) => accept().on("exec", () => undefined)));
  expect(await exec(targetAt(port), loggedIn)).toMatchObject({ lost: true, exitCode: null });
});

test("a server that ends the channel without a status: the outcome is unknown", async () => {
  const port = await ssh((client) =>
    client.on("session", (accept) => accept().on("exec", (run) => run().close())),
  );
  expect(await exec(targetAt(port), loggedIn)).toMatchObject({ lost: true, exitCode: null });
});

test("a server that refuses every command: a clear message", async () => {
  const port = await ssh((client) =>
    client.on("session", (accept) => accept().on("exec", (_run, reject) => reject())),
  );
  await expect(exec(targetAt(port), loggedIn)).rejects.toMatchObject({ code: "SESSION_REFUSED" });
});

test("a server that will not let a stopped command go: the time limit holds", async () => {
  const port = await ssh((client) => client.on("session", (accept) => accept().on("exec", (run) => run())));
  const result = await exec(targetAt(port), loggedIn, 300);
  expect(result).toMatchObject({ timedOut: true, exitCode: null });
  expect(result.durationMs).toBeLessThan(2_000);
});

test("a server that asks for a connection from here gets none, and the command goes on", async () => {
  const answers: string[] = [];
  const port = await ssh((client) => {
    client.on("session", (accept) => {
      const session = accept();
      session.on("auth-agent", () => answers.push("agent offered"));
      session.on("exec", (run) => {
        client.x11("127.0.0.1", 6000, (first) => {
          answers.push(first === undefined ? "x11 open" : "refused");
          client.forwardOut("127.0.0.1", 1, "127.0.0.1", 22, (second) => {
            answers.push(second === undefined ? "forward open" : "refused");
            const channel = run();
            channel.exit(0);
            channel.end();
          });
        });
      });
    });
  });
  expect(await exec(targetAt(port), loggedIn)).toMatchObject({ exitCode: 0 });
  expect(answers).toEqual(["refused", "refused"]);
});

import { spawn } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dcnHa, errorOf } from "./dcn-ha.js";
import { closedPort, type LocalGroup, localGroup, silentPort } from "./nodes.js";

const script = fileURLToPath(new URL("../../bin/dcn-ha.js", import.meta.url));
let group: LocalGroup;

beforeAll(async () => {
  group = localGroup(await closedPort());
});
afterAll(() => rmSync(group.folder, { recursive: true }));

describe("nodes that nobody can reach", () => {
  it("end status with 69 and the node's name", () => {
    const run = dcnHa(["status", group.file]);
    expect(run).toMatchObject({ exitCode: 69, stdout: "" });
    expect(run.stderr).toMatch(/gw1.*\[NODE_UNREACHABLE\]/);
  });

  it("end apply with 69, all of them named, in JSON too", () => {
    const run = dcnHa(["apply", group.file, "--json"]);
    expect(run.exitCode).toBe(69);
    const { code, message } = errorOf(run);
    expect(code).toBe("NODE_UNREACHABLE");
    expect(message).toMatch(/nothing was changed[\s\S]*gw1[\s\S]*gw2/);
  });

  it("are what monitor says it does not know, until its time is over", () => {
    const run = dcnHa(["monitor", group.file, "--for", "1", "--interval", "200"]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/^\S+Z {2}no node can say how the cluster is; what happens now is unknown\n$/);
  });
});

describe("settings that cannot work", () => {
  const secret = () => join(group.folder, "secrets/bmc/gw2");
  afterEach(() => {
    chmodSync(secret(), 0o600);
  });

  it("a secret that others can read is refused before anything else", () => {
    chmodSync(secret(), 0o644);
    const run = dcnHa(["apply", group.file]);
    expect(run.exitCode).toBe(77);
    expect(run.stderr).toContain(`chmod 600 ${secret()}`);
  });

  it("a secret that is not there ends with 65", () => {
    const run = dcnHa(["apply", group.file], { environment: { DCN_HA_SECRETS: "/nowhere" } });
    expect(run.exitCode).toBe(65);
    expect(run.stderr).toContain("/nowhere/bmc/gw");
  });

  it("nobody needs the passwords of a site to move things off a node and back", () => {
    for (const verb of ["standby", "unstandby"]) {
      const environment = { DCN_HA_SECRETS: "/nowhere" };
      const run = dcnHa(["node", verb, group.file, "gw1", "--dry-run"], { environment });
      expect(run.stderr).toMatch(/NODE_UNREACHABLE|cannot be reached/);
      expect(run.stderr).not.toContain("/nowhere");
    }
  });

  it("a number out of its range ends with 64", () => {
    const run = dcnHa(["monitor", group.file, "--interval", "fast"]);
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toContain("--interval takes a whole number from 50 to 60000, not fast");
  });

  it("an outlet of monitor that would never say anything ends with 64", () => {
    for (const [option, value] of [
      ["--notify", "syslog"],
      ["--otlp", "http://127.0.0.1:4318"],
    ] as const) {
      const run = dcnHa(["monitor", group.file, "--for", "1", "--interval", "200", option, value]);
      expect(run.exitCode).toBe(64);
      expect(run.stderr).toContain(`${option} and --interval do not go together`);
    }
  });
});

describe("Ctrl-C", () => {
  /** Ends `status` of a node that never answers by a signal, where somebody reads what it says or has gone away. */
  async function ended(signal: "SIGINT" | "SIGHUP", isRead: boolean) {
    const { port, server } = await silentPort();
    const silent = localGroup(port);
    try {
      const child = spawn(process.execPath, [script, "status", silent.file], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      if (isRead) child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      const end = new Promise<unknown>((resolve) =>
        child.on("exit", (code, killedBy) => resolve(code ?? killedBy)),
      );
      await new Promise<void>((resolve) => server.once("connection", () => resolve()));
      if (!isRead) child.stderr.destroy();
      child.kill(signal);
      return { exitCode: await end, stderr };
    } finally {
      server.close();
      rmSync(silent.folder, { recursive: true });
    }
  }

  it("ends a command that waits for a silent node with 130", async () => {
    const { exitCode, stderr } = await ended("SIGINT", true);
    expect(exitCode).toBe(130);
    expect(stderr).toContain("ending at the next safe point");
    expect(stderr).toContain("[INTERRUPTED]");
  });

  it("ends it in the same way where the tee of its standard error died of the same Ctrl-C", async () => {
    expect((await ended("SIGINT", false)).exitCode).toBe(130);
  });

  it("is not needed where the terminal is gone: that ends it in the same way", async () => {
    expect((await ended("SIGHUP", true)).exitCode).toBe(130);
    expect((await ended("SIGHUP", false)).exitCode).toBe(130);
  });
});

describe("a reader that goes away", () => {
  it("ends the command without a word", async () => {
    const child = spawn(process.execPath, [script, "schema", "NodeGroup"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.destroy();
    const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});

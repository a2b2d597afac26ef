import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  createNotifier,
  type Notification,
  openMemory,
  type Recipient,
  recipientOf,
} from "../../src/monitor/index.js";
import { systemClock } from "../../src/time/index.js";
import { closedPort } from "../cli/nodes.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-notify-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const notification = (id: string): Notification => ({
  ...{ id, kind: "event", group: "g", at: "2026-11-20T14:03:07.200Z", text: 'plc\'s "start" on $(dcn3)' },
});
const fast = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal),
};
const never = new AbortController().signal;

test("each recipient has each notification once and in order, tried again until it has; the rest outlives the monitor", async () => {
  const got: string[] = [];
  let failures = 2;
  const flaky: Recipient = {
    name: "flaky",
    send: ({ id }) => {
      if (failures > 0) {
        failures -= 1;
        return Promise.reject(new Error("not now"));
      }
      got.push(id);
      return Promise.resolve();
    },
  };
  const tries: (string | undefined)[] = [];
  const onTry = (_name: string, trouble?: string) => void tries.push(trouble);
  const memory = openMemory(folder, "g");
  const ends = new AbortController();
  const options = { recipients: [flaky], memory, clock: fast, onTry };
  const first = createNotifier({ ...options, signal: ends.signal });
  const running = first.run();
  for (const id of ["1", "2", "3"]) first.add(notification(id));
  memory.save();
  await expect.poll(() => got).toEqual(["1", "2", "3"]);
  expect(tries).toEqual(["not now", "not now", undefined, undefined, undefined]);
  failures = Number.POSITIVE_INFINITY;
  first.add(notification("4"));
  memory.save();
  ends.abort();
  await running;
  memory.release();

  failures = 0;
  const again = openMemory(folder, "g");
  const over = new AbortController();
  const second = createNotifier({ ...options, memory: again, signal: over.signal });
  const later = second.run();
  await expect.poll(() => got).toEqual(["1", "2", "3", "4"]);
  over.abort();
  await later;
  expect(openMemory(folder, "g").content.outbox).toEqual([]);
});

test("only one monitor has a memory; one that was killed does not keep it, and a broken one begins anew", () => {
  const memory = openMemory(folder, "g");
  memory.content.positions.dcn1 = { boot: "b", seq: 7 };
  memory.save();
  const pid = readFileSync(join(folder, "g.pid"), "utf8");
  const parent = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
  const start = parent.slice(parent.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  writeFileSync(join(folder, "g.pid"), `${process.ppid} ${start}`);
  expect(() => openMemory(folder, "g")).toThrow(expect.objectContaining({ code: "MONITOR_RUNNING" }));
  writeFileSync(join(folder, "g.pid"), `${process.ppid} 1`);
  expect(openMemory(folder, "g").content.positions).toEqual({ dcn1: { boot: "b", seq: 7 } });
  expect(readFileSync(join(folder, "g.pid"), "utf8")).toBe(pid);
  writeFileSync(join(folder, "g.json"), '{"version":1,"posi');
  expect(openMemory(folder, "g").content.positions).toEqual({});
});

test("a memory that cannot be written for a while goes on, says so once, and is whole afterwards", async () => {
  const troubles: string[] = [];
  const memory = openMemory(folder, "g", (text) => void troubles.push(text));
  const kept = (): unknown => JSON.parse(readFileSync(join(folder, "g.json"), "utf8"));
  // As a full disk: it cannot be written, by root neither.
  mkdirSync(join(folder, "g.json.new"));
  const got: string[] = [];
  const recipient: Recipient = { name: "r", send: ({ id }) => Promise.resolve(void got.push(id)) };
  const ends = new AbortController();
  const tries: (string | undefined)[] = [];
  const notifier = createNotifier({
    ...{ recipients: [recipient], memory, clock: fast, signal: ends.signal },
    onTry: (_name, trouble) => void tries.push(trouble),
  });
  const running = notifier.run();
  for (const [index, id] of ["1", "2"].entries()) {
    memory.content.positions.dcn1 = { boot: "b", seq: index + 1 };
    notifier.add(notification(id));
    memory.save();
    await expect.poll(() => got.length).toBe(index + 1);
  }
  expect([got, tries]).toEqual([
    ["1", "2"],
    [undefined, undefined],
  ]);
  expect(troubles).toEqual([expect.stringMatching(/^what was told cannot be noted, .*: EISDIR/)]);
  expect(kept()).toMatchObject({ positions: {}, outbox: [] });
  rmSync(join(folder, "g.json.new"), { recursive: true });
  memory.save();
  expect(kept()).toEqual(JSON.parse(JSON.stringify(memory.content)));
  expect(kept()).toMatchObject({ positions: { dcn1: { boot: "b", seq: 2 } }, outbox: [] });
  expect(troubles.slice(1)).toEqual(["what was told is noted again"]);
  ends.abort();
  await running;
});

test("what could not be noted is noted at the end; a memory that cannot be written at first is refused, and free", () => {
  const memory = openMemory(folder, "g");
  mkdirSync(join(folder, "g.json.new"));
  memory.content.positions.dcn1 = { boot: "b", seq: 7 };
  memory.save();
  expect(() => openMemory(folder, "g")).toThrow(expect.objectContaining({ code: "MONITOR_MEMORY" }));
  rmSync(join(folder, "g.json.new"), { recursive: true });
  memory.release();
  expect(openMemory(folder, "g").content.positions).toEqual({ dcn1: { boot: "b", seq: 7 } });
});

test("exec: the words go to the program as they are, the notification to its standard input", async () => {
  const script = join(folder, "hook");
  writeFileSync(script, `#!/bin/sh\nprintf '%s|' "$@" >${folder}/said\ncat >>${folder}/said\n`, {
    mode: 0o755,
  });
  await recipientOf(`exec:${script} --to $HOME;id`, {}).send(notification("1"), never);
  expect(readFileSync(join(folder, "said"), "utf8")).toBe(
    `--to|$HOME;id|${JSON.stringify(notification("1"))}\n`,
  );
  writeFileSync(script, "#!/bin/sh\necho no such pager >&2\nexit 3\n", { mode: 0o755 });
  await expect(recipientOf(`exec:${script}`, {}).send(notification("2"), never)).rejects.toThrow(
    /exit 3: no such pager/,
  );
});

test("webhook: posts JSON under its id, its address may be a secret, and anything but success is tried again", async () => {
  const seen: unknown[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      seen.push([request.method, request.url, request.headers["idempotency-key"], JSON.parse(body)]);
      response.writeHead(status).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token-7Yq2`;
  writeFileSync(join(folder, "address"), `${url}\n`);
  try {
    await recipientOf(`webhook:@${join(folder, "address")}`, {}).send(notification("1"), never);
    await recipientOf("webhook:$HOOK", { HOOK: url }).send(notification("2"), never);
    expect(seen).toEqual(["1", "2"].map((id) => ["POST", "/token-7Yq2", id, notification(id)]));
    status = 503;
    await expect(recipientOf(`webhook:${url}`, {}).send(notification("3"), never)).rejects.toThrow("503");
  } finally {
    server.close();
  }
});

test("webhook: a login in the address goes into a header, and nowhere else", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    seen.push(url, headers.authorization);
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://dcn:s3%40cr%25t@${host}/hook`;
  writeFileSync(join(folder, "address"), `${url}\n`);
  try {
    const recipients = [
      recipientOf(`webhook:${url}`, {}),
      recipientOf(`webhook:@${join(folder, "address")}`, {}),
      recipientOf("webhook:$HOOK", { HOOK: url }),
      recipientOf("webhook:$HOOK", { HOOK: url.replace("s3%40cr%25t", "100%") }),
    ];
    expect(recipients.map(({ name }) => name)).toEqual([
      `webhook:http://${host}/hook`,
      `webhook:@${join(folder, "address")}`,
      "webhook:$HOOK",
      "webhook:$HOOK",
    ]);
    for (const one of recipients) await one.send(notification("1"), never);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  const basic = (login: string): string => `Basic ${Buffer.from(login).toString("base64")}`;
  const logins = ["dcn:s3@cr%t", "dcn:s3@cr%t", "dcn:s3@cr%t", "dcn:100%"];
  expect(seen).toEqual(logins.flatMap((login) => ["/hook", basic(login)]));
});

test("webhook: trouble names where the address stands, and never what stands there", async () => {
  const file = join(folder, "address");
  const trouble = (recipient: Recipient): Promise<string> =>
    recipient.send(notification("1"), never).then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );
  const away = `http://dcn:s3cret@127.0.0.1:${await closedPort()}/s3cret`;
  for (const [value, of] of [
    ["", (source: string) => `what ${source} holds is no web address`],
    ["s3cret", (source: string) => `what ${source} holds is no web address`],
    ["https://dcn:s3cret@", (source: string) => `what ${source} holds is no web address`],
    ["ftp://dcn:s3cret@127.0.0.1/", (source: string) => `what ${source} holds is no web address`],
    [away, (source: string) => `the web address in ${source} could not be reached: ECONNREFUSED`],
  ] as const) {
    writeFileSync(file, value);
    expect(await trouble(recipientOf(`webhook:@${file}`, {}))).toBe(of(`@${file}`));
    expect(await trouble(recipientOf("webhook:$HOOK", { HOOK: value }))).toBe(of("$HOOK"));
  }
  rmSync(file);
  expect(await trouble(recipientOf(`webhook:@${file}`, {}))).toBe(`@${file} cannot be read: ENOENT`);
  expect(await trouble(recipientOf("webhook:$HOOK", {}))).toBe("$HOOK is not set");
  expect(await trouble(recipientOf(`webhook:${away}`, {}))).toBe(
    "the web address could not be reached: ECONNREFUSED",
  );
});

test("refuses what nobody can be told by", () => {
  for (const text of ["", "exec:", "mail:x", "webhook:ftp://x", "webhook:http://x:y", "syslog:x"])
    expect(() => recipientOf(text, {})).toThrow(expect.objectContaining({ code: "NOTIFY_UNKNOWN" }));
  for (const address of ["https://dcn:s3/cr@t@x:y/z", "https://dcn:s3 cr@t@x:y/z", "ftp://dcn:s3@x:y/z"])
    expect(() => recipientOf(`webhook:${address}`, {})).toThrow(
      /^nobody can be told by webhook:\w+:\/\/x:y\/z$/,
    );
});

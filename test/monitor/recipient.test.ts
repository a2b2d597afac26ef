// Who can be told, and how: programs, web addresses and the log, with no secret in what is said of them.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Notification, type Recipient, recipientOf } from "../../src/monitor/index.js";
import { Refused } from "../../src/monitor/refused.js";
import { closedPort } from "../cli/nodes.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-recipient-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const notification = (id: string): Notification => ({
  ...{ id, kind: "event", group: "g", at: "2026-11-20T14:03:07.200Z", text: 'plc\'s "start" on $(dcn3)' },
});
const never = new AbortController().signal;

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

test("webhook: posts JSON under its id, its address may be a secret; what it can never take is given up, anything else but success tried again", async () => {
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
    for (status of [503, 429, 401, 404]) {
      const sent = recipientOf(`webhook:${url}`, {}).send(notification("3"), never);
      await expect(sent).rejects.toThrow(`${status}`);
      await expect(sent).rejects.not.toBeInstanceOf(Refused);
    }
    for (status of [400, 413, 422]) {
      const sent = recipientOf("webhook:$HOOK", { HOOK: url }).send(notification("4"), never);
      await expect(sent).rejects.toThrow(`the web address in $HOOK answered ${status}`);
      await expect(sent).rejects.toBeInstanceOf(Refused);
    }
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

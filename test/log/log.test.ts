import fs, { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { createLog, type LogLevel, redactor, silentLog } from "../../src/log/index.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

async function fileLog(secrets: readonly string[], level: LogLevel = "debug") {
  files += 1;
  const file = join(folder, `log-${files}`);
  const log = await createLog({ level, secrets, file });
  const lines = () =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
  return { log, file, lines, text: () => readFileSync(file, "utf8") };
}

const PEM =
  "-----BEGIN KEY-----\nc2VjcmV0IGxpbmUgb25lIG9mIHR3bw==\nc2VjcmV0IGxpbmUgdHdvIG9mIHR3bw==\n-----END KEY-----\n";

test("writes JSON lines with level, time and fields", async () => {
  const { log, lines, file } = await fileLog([]);
  log.info("applied", { node: "dcn1", steps: 3 });
  log.debug("plain");
  expect(lines()).toMatchObject([
    { level: 30, msg: "applied", fields: { node: "dcn1", steps: 3 } },
    { level: 20, msg: "plain" },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("leaves out what is below its level", async () => {
  const { log, lines } = await fileLog([], "warn");
  log.info("no");
  log.debug("no");
  log.warn("yes");
  log.error("yes");
  expect(lines()).toHaveLength(2);
});

test("shows no secret, wherever it stands", async () => {
  const secret = "pa$$'w\"ö\\rd";
  const { log, text, lines } = await fileLog([secret, PEM, "12345678", "late-not"]);
  const error = new DcnError("failed", "FENCE", `login with ${secret}`, {
    cause: new Error(`cause ${secret}`),
    hint: secret,
  });
  const nested = JSON.stringify({ deep: JSON.stringify({ password: secret }) });
  log.error(`failed with ${secret}`, {
    error,
    argv: ["fence_redfish", `--password=${secret}`],
    nested,
    [secret]: 1,
    deep: { a: [{ b: secret }] },
  });
  log.info("forms", {
    shell: `'pa$$'\\''w"ö\\rd'`,
    url: `https://u:${encodeURIComponent(secret)}@bmc/`,
    base64: Buffer.from(secret).toString("base64"),
  });
  log.info("others", {
    number: 12345678,
    map: new Map([[secret, secret]]),
    set: new Set([secret]),
    big: 12345678n,
    bytes: Buffer.from(secret),
  });
  log.info("line of a key: c2VjcmV0IGxpbmUgdHdvIG9mIHR3bw==");
  log.hide("learnt later");
  log.info("with learnt later");
  expect(lines()).toHaveLength(5);
  const all = text();
  expect(all).toContain("[redacted]");
  for (const part of [
    'w\\"ö',
    'w"ö',
    'w\\\\\\"ö',
    "'w",
    encodeURIComponent(secret),
    "12345678",
    "c2VjcmV0IGxpbmUgdHdv",
    "learnt later",
    Buffer.from(secret).toString("base64"),
  ]) {
    expect(all).not.toContain(part);
  }
  expect(all).toContain('"code":"FENCE"');
});

test("does not fail on what cannot be shown", async () => {
  const { log, lines } = await fileLog(["s3cret"]);
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  log.info("circle", circle);
  log.info("absent", { a: undefined, f: () => 1 });
  expect(lines()).toMatchObject([{ fields: "[cannot be shown]" }, { fields: {} }]);
});

test("a secret of any kind is gone from a text, and nothing else is", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", minLength: 3 }), { maxLength: 4 }),
      fc.string(),
      fc.string(),
      (secrets, a, b) => {
        const redact = redactor(secrets);
        for (const secret of secrets) {
          const clean = redact(`${a}${secret}${b}`);
          expect(clean).toContain("[redacted]");
        }
        if (secrets.length === 0) expect(redact(a + b)).toBe(a + b);
      },
    ),
  );
  expect(redactor(["abc", "abcdef", "act"])("abcdef abc x act")).toBe("[redacted] [redacted] x [redacted]");
  expect(redactor([""])("text")).toBe("text");
  expect(redactor(["a.c", "$&"])("abc a.c $&")).toBe("abc [redacted] [redacted]");
});

test("goes to standard error where there is no file", async () => {
  const written: unknown[][] = [];
  const spy = vi.spyOn(fs, "writeSync").mockImplementation((...args: unknown[]) => {
    written.push(args);
    return Buffer.byteLength(String(args[1]));
  });
  try {
    const log = await createLog({ level: "info", secrets: ["hush"] });
    log.info("say hush");
  } finally {
    spy.mockRestore();
  }
  expect(written).toHaveLength(1);
  expect(written[0]?.[0]).toBe(2);
  expect(String(written[0]?.[1])).toContain("say [redacted]");
});

test("a silent log is nothing at all", async () => {
  expect(await createLog({ level: "silent", secrets: [] })).toBe(silentLog);
  silentLog.error("x");
});

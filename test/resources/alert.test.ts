import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSpoolLine, type SpoolEvent } from "../../src/observation/index.js";

const AGENT = join(import.meta.dirname, "../../resources/node/alert");
const HELPER = join(import.meta.dirname, "../../resources/node/helper");
const SHELLS = [["sh"], ["dash"], ["busybox", "sh"]].filter(
  ([name = "", ...rest]) => spawnSync(name, [...rest, "-c", ":"]).status === 0,
);

let root: string;
let agent: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dcn-alert-"));
  mkdirSync(join(root, "var/lib/pacemaker"), { recursive: true });
  mkdirSync(join(root, "run"));
  agent = join(root, "alert");
  writeFileSync(agent, readFileSync(AGENT, "utf8").replace("root=''", `root=${root}`));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const spool = (): string => join(root, "var/lib/pacemaker/dcn-ha-events");
const events = (file = "events"): SpoolEvent[] =>
  readFileSync(join(spool(), file), "utf8")
    .split("\n")
    .flatMap((line) => {
      const read = readSpoolLine(line);
      return read.kind === "event" ? [read.event] : [];
    });

function tell(
  values: Readonly<Record<string, string>>,
  shell: readonly string[] = ["sh"],
): Promise<number | null> {
  const [program = "sh", ...rest] = shell;
  const env = Object.fromEntries(Object.entries(values).map(([name, value]) => [`CRM_alert_${name}`, value]));
  return new Promise((resolve) => {
    spawn(program, [...rest, agent], { env, stdio: "ignore" }).once("close", resolve);
  });
}

const EVENT = {
  kind: "resource",
  node: "dcn1",
  rsc: "plc",
  task: "start",
  rc: "0",
  target_rc: "0",
  desc: "ok",
  timestamp_epoch: "1700000000",
  timestamp_usec: "1234",
};

describe.each(SHELLS)("the alert agent under %s %s", (...shell) => {
  test("keeps twenty events that come at once, each under a number of its own", async () => {
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => tell({ ...EVENT, rsc: `plc${index}` }, shell)),
    );
    expect(codes).toEqual(Array.from({ length: 20 }, () => 0));
    expect(events().map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(new Set(events().map(({ resource }) => resource)).size).toBe(20);
    expect(events()[0]).toMatchObject({
      kind: "resource",
      node: "dcn1",
      wallMs: 1_700_000_000_001.234,
      rc: 0,
    });
    expect(statSync(spool()).mode & 0o777).toBe(0o700);
    expect(statSync(join(spool(), "events")).mode & 0o777).toBe(0o600);
  });

  test("hands hostile values on as they are, in one line", async () => {
    const hostile = "a\tb\nseq=9\tboot=x\t.\n$(touch canary) `id` \\n 'x' \"y\" é";
    await tell({ ...EVENT, desc: hostile, node: "-n" }, shell);
    await tell({ ...EVENT, desc: "x".repeat(100_000) }, shell);
    expect(events().map(({ seq }) => seq)).toEqual([1, 2]);
    expect(events()[0]).toMatchObject({ desc: hostile, node: "-n" });
    expect(events()[1]?.desc).toBe("x".repeat(600));
  });
});

test("goes on counting over boots, lost counters and lines cut short", async () => {
  await tell(EVENT);
  await tell(EVENT);
  rmSync(join(spool(), "counter"));
  await tell(EVENT);
  const file = join(spool(), "events");
  writeFileSync(file, `${readFileSync(file, "utf8")}seq=4\tboot=cut sho`);
  writeFileSync(join(spool(), "counter"), "another-boot 1\n");
  await tell(EVENT);
  expect(events().map(({ seq }) => seq)).toEqual([1, 2, 3, 5]);
});

test("keeps two files of a thousand lines, and no more", async () => {
  mkdirSync(spool(), { mode: 0o700 });
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const line = (seq: number): string => `seq=${seq}\tboot=${boot}\thost=h\twall=1.0\tup=1\t.\n`;
  writeFileSync(join(spool(), "events.1"), line(1000));
  writeFileSync(
    join(spool(), "events"),
    Array.from({ length: 1000 }, (_, index) => line(1001 + index)).join(""),
  );
  writeFileSync(join(spool(), "counter"), `${boot} 2000\n`);
  await tell(EVENT);
  expect(events().map(({ seq }) => seq)).toEqual([2001]);
  expect(events("events.1")).toHaveLength(1000);
  expect(readdirSync(spool()).sort()).toEqual(["counter", "events", "events.1", "lock"]);
});

test("never fails: without a folder, and with a full disk", async () => {
  rmSync(join(root, "var"), { recursive: true });
  expect(await tell(EVENT)).toBe(0);
  mkdirSync(join(root, "var/lib/pacemaker"), { recursive: true });
  await tell(EVENT);
  rmSync(join(spool(), "events"));
  // What every write to a full disk gets.
  spawnSync("ln", ["-s", "/dev/full", join(spool(), "events")]);
  expect(await tell(EVENT)).toBe(0);
  rmSync(join(spool(), "events"));
  await tell(EVENT);
  expect(existsSync(join(spool(), "counter"))).toBe(true);
});

/** As a disk that is full: a file takes so many blocks and no more. */
function tellWithin(blocks: number, values: Readonly<Record<string, string>>): void {
  const env = Object.fromEntries(Object.entries(values).map(([name, value]) => [`CRM_alert_${name}`, value]));
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec sh ${agent}`;
  expect(spawnSync("sh", ["-c", script], { env, encoding: "utf8" }).status).toBe(0);
}

const LONG = { ...EVENT, desc: "x".repeat(600), rsc: "y".repeat(600) };

test("what a full disk does not take is a hole, and its number is not given again", async () => {
  await tell(EVENT);
  tellWithin(1, LONG);
  // Cut short, and nobody knows where it ends.
  expect(readFileSync(join(spool(), "events"), "utf8")).toMatch(/^seq=2\t.*[xy]$/m);
  expect(readFileSync(join(spool(), "counter"), "utf8")).toMatch(/^\S+ 2\n$/);
  await tell(EVENT);
  expect(events().map(({ seq }) => seq)).toEqual([1, 3]);
  // Nothing of the line is taken.
  const [file, aside] = [join(spool(), "events"), join(spool(), "aside")];
  renameSync(file, aside);
  symlinkSync("/dev/full", file);
  await tell(EVENT);
  renameSync(aside, file);
  await tell(EVENT);
  expect(events().map(({ seq }) => seq)).toEqual([1, 3, 5]);
});

test("what it keeps survives a disk that is full at a rotation", async () => {
  mkdirSync(spool(), { mode: 0o700 });
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const kept = Array.from(
    { length: 1000 },
    (_, index) => `seq=${index + 1}\tboot=${boot}\thost=h\twall=1.0\t.\n`,
  );
  // Rotated, and then neither the line nor the counter could be written.
  writeFileSync(join(spool(), "events.1"), kept.join(""));
  writeFileSync(join(spool(), "events"), "");
  await tell(EVENT);
  expect(events("events.1")).toHaveLength(1000);
  expect(events().map(({ seq }) => seq)).toEqual([1001]);
});

test("lines whose times no calendar has are noise", () => {
  const event = (wall: string): string => `seq=1\tboot=b\thost=h\twall=${wall}\tkind=node\t.`;
  const header = (epoch: string): string => `spool 1 2 b h ${epoch} 5.0`;
  expect(readSpoolLine(event("1700000000.5"))).toMatchObject({ event: { wallMs: 1_700_000_000_500 } });
  expect(readSpoolLine(header("1700000000.5"))).toMatchObject({ header: { epochMs: 1_700_000_000_500 } });
  for (const hostile of ["1e300", "99999999999999.0", "-1.0", "0x10", "", "NaN"])
    expect([readSpoolLine(event(hostile)).kind, readSpoolLine(header(hostile)).kind]).toEqual([
      "noise",
      "noise",
    ]);
});

describe("the helper", () => {
  const helper = (): string => {
    const text = readdirSync(HELPER)
      .sort()
      .map((part) => readFileSync(join(HELPER, part), "utf8"))
      .join("");
    return text.replace("root=''", `root=${root}`);
  };
  const ask = (request: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync("sh", ["-c", helper(), "helper"], { input: request, encoding: "utf8" });
  const frame = (verb: string, payload = ""): string => `${verb} ${payload.length}\n${payload}`;

  test("reads a part of the spool, and says what it holds", async () => {
    for (let count = 0; count < 4; count += 1) await tell(EVENT);
    const { stdout } = ask(`${frame("hello", "1")}${frame("read-events", "2 3\n")}${frame("end")}`);
    expect(stdout).toMatch(/^spool 1 4 \S+ \S+ \d+\.\d+ \d+\.\d+$/m);
    expect(stdout.match(/^seq=\d+/gm)).toEqual(["seq=2", "seq=3"]);
  });

  test("follows alone, and only a number", () => {
    const both = ask(
      `${frame("hello", "1")}${frame("follow-events", "1")}${frame("read-events", "1 2")}${frame("end")}`,
    );
    expect(both.status).toBe(64);
    expect(both.stderr).toContain("follow-events must be asked for alone");
    const odd = ask(`${frame("hello", "1")}${frame("follow-events", "$(id)")}${frame("end")}`);
    expect([odd.status, odd.stdout]).toEqual([64, ""]);
  });

  test("says nothing of what was counted in a boot before: the agent looks first what of that survived", async () => {
    await tell(EVENT);
    writeFileSync(join(spool(), "counter"), "another-boot 9\n");
    const child = spawn("sh", ["-c", helper(), "helper"], { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.stdin.end(`${frame("hello", "1")}${frame("follow-events", "2\n")}${frame("end")}`);
    await expect.poll(() => text, { timeout: 5_000 }).toMatch(/^alive \d+\.\d+ 0$/m);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.stdout.destroy();
    await ended;
  });

  test("hands events on as they come, also over a rotation, and ends when nobody reads", async () => {
    await tell(EVENT);
    await tell(EVENT);
    const child = spawn("sh", ["-c", helper(), "helper"], { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.stdin.end(`${frame("hello", "1")}${frame("follow-events", "2\n")}${frame("end")}`);
    const seen = (): string[] => text.match(/^seq=\d+/gm) ?? [];
    await expect.poll(seen, { timeout: 5_000 }).toEqual(["seq=2"]);
    await tell(EVENT);
    await expect.poll(seen, { timeout: 5_000 }).toEqual(["seq=2", "seq=3"]);
    spawnSync("mv", [join(spool(), "events"), join(spool(), "events.1")]);
    await tell(EVENT);
    await expect.poll(seen, { timeout: 5_000 }).toEqual(["seq=2", "seq=3", "seq=4"]);
    expect(text).toMatch(/^alive \d+\.\d+ 2$/m);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.stdout.destroy();
    await ended;
    expect(spawnSync("ls", [join(root, "run/dcn-ha")], { encoding: "utf8" }).stdout).toBe("");
    expect(
      spawnSync("sh", ["-c", `ps ax -o args | grep -c "[t]ail .*${root}"`], { encoding: "utf8" }).stdout,
    ).toBe("0\n");
  });
});

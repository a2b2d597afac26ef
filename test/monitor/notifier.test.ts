import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNotifier, type Notification, openMemory, type Recipient } from "../../src/monitor/index.js";
import { systemClock } from "../../src/time/index.js";

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
  again.release();
  expect(openMemory(folder, "g").content.outbox).toEqual([]);
});

/** A notifier at work; what it tried. */
function notify(recipients: readonly Recipient[], memory = openMemory(folder, "g")) {
  const ends = new AbortController();
  const tries: string[] = [];
  const onTry = (name: string, trouble?: string) => void tries.push(`${name}: ${trouble ?? "done"}`);
  const notifier = createNotifier({ recipients, memory, clock: fast, signal: ends.signal, onTry });
  const running = notifier.run();
  const end = async (): Promise<void> => {
    ends.abort();
    await running;
    memory.save();
    memory.release();
  };
  return { notifier, memory, tries, end };
}

test("what a recipient cannot take lets the others pass after five tries, and comes last", async () => {
  const got: string[] = [];
  let heals = false;
  const picky: Recipient = {
    name: "picky",
    send: ({ id }) => {
      if (id === "bad" && !heals) return Promise.reject(new Error("no"));
      got.push(id);
      return Promise.resolve();
    },
  };
  const { notifier, tries, end } = notify([picky]);
  for (const id of ["1", "bad", "2", "3"]) notifier.add(notification(id));
  await expect.poll(() => got).toEqual(["1", "2", "3"]);
  expect(tries.slice(0, 7)).toEqual([
    "picky: done",
    ...Array.from({ length: 5 }, () => "picky: no"),
    "picky: done",
  ]);
  heals = true;
  await expect.poll(() => got).toEqual(["1", "2", "3", "bad"]);
  await end();
});

test("a recipient that was away for long has them in order afterwards, but for the one that found it there", async () => {
  const got: string[] = [];
  let tried = 0;
  const away: Recipient = {
    name: "away",
    send: ({ id }) => {
      tried += 1;
      if (tried <= 7) return Promise.reject(new Error("away"));
      got.push(id);
      return Promise.resolve();
    },
  };
  const { notifier, end } = notify([away]);
  for (const id of ["1", "2", "3", "4"]) notifier.add(notification(id));
  await expect.poll(() => got, { timeout: 5_000 }).toEqual(["2", "1", "3", "4"]);
  await end();
});

test("two thousand wait for each recipient, and the oldest of its own are given up", async () => {
  const silent = (name: string): Recipient => ({ name, send: () => Promise.reject(new Error("away")) });
  const one = notify([silent("a")]);
  for (let id = 0; id < 100; id += 1) one.notifier.add(notification(`${id}`));
  await one.end();
  const { notifier, memory, tries, end } = notify([silent("a"), silent("b")]);
  for (let id = 100; id < 2_010; id += 1) notifier.add(notification(`${id}`));
  const of = (name: string): string[] =>
    memory.content.outbox.flatMap(({ recipient, notification: { id } }) => (recipient === name ? [id] : []));
  expect([of("a").length, of("a")[0], of("b").length]).toEqual([2_000, "10", 1_910]);
  expect(tries.filter((text) => text === "a: given up: too many wait")).toHaveLength(10);
  await end();
});

test("what waits for who is not told any more is dropped with a word; a monitor that tells nobody leaves it", async () => {
  const first = notify([{ name: "old", send: () => Promise.reject(new Error("away")) }]);
  for (const id of ["1", "2"]) first.notifier.add(notification(id));
  await first.end();
  const alone = notify([]);
  await alone.end();
  expect([alone.memory.content.outbox.length, alone.tries]).toEqual([2, []]);
  const other = notify([{ name: "new", send: () => Promise.resolve() }]);
  await other.end();
  expect(other.memory.content.outbox).toEqual([]);
  expect(other.tries).toEqual(["old: given up: nobody asks to tell it any more, and 2 waited"]);
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

// What a monitor remembers: one has it at a time, what cannot be used is kept aside, and nodes that went are forgotten.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { forgetOthers, openMemory } from "../../src/monitor/index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-memory-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const POSITION = { boot: "b", seq: 7 };

test("only one monitor has a memory, also in one process; one that was killed does not keep it", () => {
  const memory = openMemory(folder, "g");
  memory.content.positions.dcn1 = POSITION;
  memory.save();
  const pid = readFileSync(join(folder, "g.pid"), "utf8");
  expect(() => openMemory(folder, "g")).toThrow(expect.objectContaining({ code: "MONITOR_RUNNING" }));
  openMemory(folder, "h").release();
  const parent = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
  const start = parent.slice(parent.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  writeFileSync(join(folder, "g.pid"), `${process.ppid} ${start}`);
  expect(() => openMemory(folder, "g")).toThrow(expect.objectContaining({ code: "MONITOR_RUNNING" }));
  writeFileSync(join(folder, "g.pid"), `${process.ppid} 1`);
  expect(openMemory(folder, "g").content.positions).toEqual({ dcn1: POSITION });
  expect(readFileSync(join(folder, "g.pid"), "utf8")).toBe(pid);
});

test("what could not be noted is noted at the end; a memory that cannot be written at first is refused, and free", () => {
  const memory = openMemory(folder, "g");
  mkdirSync(join(folder, "g.json.new"));
  memory.content.positions.dcn1 = POSITION;
  memory.save();
  mkdirSync(join(folder, "h.json.new"));
  expect(() => openMemory(folder, "h")).toThrow(expect.objectContaining({ code: "MONITOR_MEMORY" }));
  expect(existsSync(join(folder, "h.pid"))).toBe(false);
  rmSync(join(folder, "g.json.new"), { recursive: true });
  memory.release();
  expect(openMemory(folder, "g").content.positions).toEqual({ dcn1: POSITION });
});

test("none yet is no trouble; one that cannot be used is kept under another name, and said", () => {
  const troubles: string[] = [];
  const open = (): unknown => {
    const memory = openMemory(folder, "g", (text) => void troubles.push(text));
    memory.release();
    return memory.content.positions;
  };
  expect([open(), troubles]).toEqual([{}, []]);
  const [file, aside] = [join(folder, "g.json"), join(folder, "g.json.unread")];
  for (const text of [
    '{"version":1,"posi',
    "",
    "null",
    '{"version":2,"positions":{"dcn1":{}},"watch":{},"outbox":[]}',
  ]) {
    writeFileSync(file, text);
    expect(open()).toEqual({});
    expect(readFileSync(aside, "utf8")).toBe(text);
    expect(troubles.splice(0)).toEqual([
      expect.stringContaining(`${file} cannot be used and is now ${aside}: `),
    ]);
  }
  rmSync(file);
  mkdirSync(file);
  rmSync(aside);
  expect(open()).toEqual({});
  expect(troubles).toEqual([expect.stringMatching(/EISDIR/)]);
});

test("nodes that went are forgotten; where no node is the same, all is but what is still to be told", () => {
  const troubles: string[] = [];
  const onTrouble = (text: string) => void troubles.push(text);
  const memory = openMemory(folder, "g");
  const { content } = memory;
  forgetOthers(memory, ["dcn1", "dcn2"], onTrouble);
  content.positions = { dcn1: POSITION, dcn2: POSITION, dcn4: POSITION };
  content.watch = { ...content.watch, incidents: 3, lookMs: 1, nodes: { dcn1: { lost: false, atMs: 0 } } };
  content.dark = { is: "told", sinceMs: 1 };
  const notification = { id: "1", kind: "event", group: "g", at: "", text: "" } as const;
  content.outbox = [{ recipient: "r", notification }];
  forgetOthers(memory, ["dcn1", "dcn2", "dcn3"], onTrouble);
  expect(content).toMatchObject({ positions: { dcn1: POSITION, dcn2: POSITION }, watch: { lookMs: 1 } });
  expect([Object.keys(content.positions), troubles]).toEqual([["dcn1", "dcn2"], []]);
  forgetOthers(memory, ["gw1", "gw2"], onTrouble);
  expect(content).toMatchObject({
    positions: {},
    watch: { nodes: {}, incidents: 3 },
    outbox: [{ recipient: "r" }],
  });
  expect([content.watch.lookMs, content.dark]).toEqual([undefined, undefined]);
  expect(troubles).toEqual(["what was remembered is of other nodes (dcn1, dcn2), and is forgotten"]);
  memory.release();
  expect(openMemory(folder, "g").content).toEqual(content);
});

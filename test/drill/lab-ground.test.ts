// A lab as a ground for drills, as far as it goes without machines: what its log holds before anything is broken, and marks of applies.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Mark, readDrillLog } from "../../src/drill/index.js";
import { observed } from "../../src/lab/controller-scene.js";
import { labGround } from "../../src/lab/drill-ground.js";
import { LabPaths } from "../../src/lab/paths.js";
import { createFakeClock } from "../time/fake-clock.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-ha-ground-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = new LabPaths({ state: folder, cache: folder }, "paper");
mkdirSync(paths.folder, { recursive: true });
const nodes = ["dcn1", "dcn2"].map((name, at) => ({ name, role: "node", os: "debian12", host: 11 + at }));
writeFileSync(paths.spec, JSON.stringify({ version: 1, name: "paper", slot: 1, nodes, networks: [] }));

test("the log of a drill has a look at every node before its first mark, and what a drill grants", async () => {
  const ground = await labGround(paths, {
    status: () => Promise.resolve({ dc: "dcn1", online: [], troubles: [], failures: [] }),
    timing: { tokenMs: 1_000, consensusMs: 1_200, fencingDelayMs: 0 },
    group: "lab-paper",
    program: [],
    logFolder: join(folder, "logs"),
  });
  const beginOf = async (backWithinMs: number | undefined) => {
    const drill = `d${backWithinMs ?? ""}`;
    const watch = await ground.watch({
      drill,
      seed: 1,
      ...(backWithinMs === undefined ? {} : { backWithinMs }),
    });
    watch?.mark({ what: "fault", fault: "standby", target: "dcn1" });
    await watch?.stop();
    return readDrillLog(readFileSync(watch?.log ?? "", "utf8")).entries;
  };
  const entries = await beginOf(240_000);
  const before = entries.slice(
    0,
    entries.findIndex(({ kind }) => kind === "mark"),
  );
  const looked = before.flatMap((entry) => (entry.kind === "node" ? [entry.node] : []));
  expect([...new Set(looked)].sort()).toEqual(["dcn1", "dcn2"]);
  expect(entries[0]).toMatchObject({ kind: "begin", backWithinMs: 240_000 });
  expect((await beginOf(undefined))[0]).toMatchObject({ backWithinMs: null });
});

test("an apply stands between its marks, with a look at all nodes on either side", async () => {
  const noted: string[] = [];
  const watch = {
    mark: (mark: Mark) =>
      void noted.push(mark.what === "apply" ? `${mark.phase} ${mark.changes}` : mark.what),
    look: () => {
      noted.push("look");
      return Promise.resolve();
    },
  };
  const end = { exitCode: 0, signal: null, stderr: "", ms: 1 };
  const apply = () => {
    noted.push("apply");
    return Promise.resolve(end);
  };
  const clock = createFakeClock({ auto: true });
  expect(await observed({ clock, watch }, 1, apply)).toBe(end);
  expect(noted).toEqual(["look", "begin 1", "apply", "end 1", "look"]);
  expect(await observed({ clock }, 1, apply)).toBe(end);
});

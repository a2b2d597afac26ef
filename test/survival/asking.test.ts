// What is asked, and what comes of answers that are none; the scheduler here does nothing, so that everything stays where it is.
import { expect, test } from "vitest";
import { type Ask, desiredScene, prove } from "../../src/survival/index.js";
import { check, GROUP } from "../profile/group.js";

const VERSION = { validateWith: "pacemaker-3.9", featureSet: "3.16.1" };
const calm: Awaited<ReturnType<Ask>>[number] = {
  known: true,
  simulation: { nodes: [], actions: [], resources: [], unclean: new Set(), fenceDevices: new Set() },
};

function scene(text = GROUP) {
  const { group } = check(text);
  if (group === undefined) throw new Error("the group is wrong");
  return desiredScene(group, VERSION);
}

test("failures that look the same to the scheduler are one question", async () => {
  const asked: number[] = [];
  const ask: Ask = (_cib, statuses) => {
    asked.push(statuses.length);
    expect(new Set(statuses).size).toBe(statuses.length);
    return Promise.resolve(statuses.map(() => calm));
  };
  const proof = await prove(scene(), ask);
  // Rest; then nothing, and each of three nodes. Networks that nobody watches and fence devices change nothing.
  expect(asked.slice(0, 2)).toEqual([1, 4]);
  expect(proof.verdicts).toHaveLength(9);
});

test("nothing is asked where all stop for want of votes", async () => {
  const asked: string[] = [];
  const ask: Ask = (_cib, statuses) => {
    asked.push(...statuses);
    return Promise.resolve(statuses.map(() => calm));
  };
  const { verdicts } = await prove(scene(), ask, { failures: 2 });
  const pairs = verdicts.filter(({ failure }) => failure.lost.length === 2);
  expect(pairs.map(({ quorum, fates }) => [quorum.quorate, fates[0]?.reason?.code])).toEqual(
    pairs.map(() => [false, "no-quorum"]),
  );
  expect(asked.filter((status) => status.match(/crmd="offline"/g)?.length === 2)).toEqual([]);
});

test("with another no-quorum-policy the scheduler is asked what it does without quorum", async () => {
  const cibs = new Set<string>();
  const ask: Ask = (cib, statuses) => {
    cibs.add(/have-quorum="(\d)"/.exec(cib)?.[1] ?? "");
    return Promise.resolve(statuses.map(() => calm));
  };
  const quiet = scene();
  const view = {
    ...quiet.view,
    property: (name: string) => (name === "no-quorum-policy" ? "freeze" : quiet.view.property(name)),
  };
  await prove({ ...quiet, view }, ask, { failures: 2 });
  expect(cibs).toEqual(new Set(["1", "0"]));
});

test("no answer is no proof", async () => {
  const ask: Ask = (_cib, statuses) =>
    Promise.resolve(statuses.map(() => ({ known: false, reason: "bad input" })));
  await expect(prove(scene(), ask)).rejects.toMatchObject({
    kind: "failed",
    code: "SCHEDULER_SILENT",
    message: expect.stringContaining("bad input") as string,
  });
  await expect(prove(scene(), () => Promise.resolve([]))).rejects.toMatchObject({ code: "SCHEDULER_SILENT" });
});

test("more failures than anybody reads are refused before a question", async () => {
  const nodes = Array.from({ length: 16 }, (_, index) => ({ name: `n${index}`, attributes: {} }));
  const large = { ...scene(), things: { ...scene().things, nodes } };
  await expect(prove(large, () => Promise.reject(new Error("asked")), { failures: 6 })).rejects.toMatchObject(
    { kind: "usage", code: "TOO_MANY_FAILURES" },
  );
});

// A node that was lost out of sight and is back: what it tells has its image denied on every node that answers.
import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import type { RolloutRecord } from "../../src/rollout/index.js";
import type { Transport } from "../../src/transport/index.js";
import { denyLeft, leftUnseen } from "../../src/workflows/rollout-late.js";
import type { RolloutScene } from "../../src/workflows/rollout-scene.js";

const OLD = "a".repeat(64);
const NEW = "b".repeat(64);
const section = (name: string, text: string): string => `${name} ${Buffer.byteLength(text)}\n${text}`;
const part = (verb: string, out: string): string => `${verb} 0 ${Buffer.byteLength(out)} 0\n${out}`;

/** A node after three boots of an image that died: it is on the old one again. */
const FELL_BACK = [
  section("facts", "boot=fifth\nupdater=ostree\ngreenboot=stand-in\n"),
  section("status", `* dcn ${OLD}.0\n  dcn ${NEW}.0 (rollback)\n`),
  section("greenboot", `rolled-back ${NEW}.0 no-check-ended\n`),
  section("boot-status", ""),
  section("end", ""),
].join("");

/** Nodes that answer as they are told; a node that is not in `says` does not. */
function site(says: Readonly<Record<string, string>>) {
  const denied: string[] = [];
  const transport: Transport = {
    exec: (node, { argv, stdin = "" }) => {
      const answer = says[node];
      if (answer === undefined)
        return Promise.reject(new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: no answer`));
      const deny = /deny-image \d+\n([^\n]*)\n/.exec(Buffer.from(stdin).toString())?.[1];
      if (deny !== undefined) denied.push(`${node}: ${deny}`);
      const said = deny === undefined ? part("read-image", answer) : part("deny-image", "");
      const stdout = part("hello", "") + said + part("end", "");
      const ended = { exitCode: 0, signal: null, durationMs: 1, lost: false, timedOut: false };
      return Promise.resolve({ node, argv, stdout, stderr: "", ...ended });
    },
    close: () => Promise.resolve(),
  };
  const scene = { transport, nodes: ["one", "two", "three"] } as unknown as RolloutScene;
  return { scene, denied };
}

const record: RolloutRecord = {
  id: "00000000-0000",
  revision: 9,
  name: "next",
  state: "halted",
  since: "2026-11-28T00:00:00.000Z",
  standby: [],
  order: ["one", "two", "three"],
  denied: [],
  nodes: {
    one: { phase: "over", target: NEW, from: OLD, boot: "first", outcome: "unreachable" },
    two: { phase: "waiting", target: NEW },
    three: { phase: "waiting", target: NEW },
  },
};

test("every node that answers refuses what the lost one tells that it left", async () => {
  const { scene, denied } = site({ one: FELL_BACK, two: "" });
  await denyLeft(scene, await leftUnseen(scene, { kind: "record", record }));
  const why = "rolled-back on one: the check no-check-ended failed";
  expect(denied.sort()).toEqual([`one: ${NEW} ${why}`, `two: ${NEW} ${why}`]);
});

test("nothing is denied while it is away, and where there was no rollout", async () => {
  const { scene } = site({ two: "", three: "" });
  expect(await leftUnseen(scene, { kind: "record", record })).toEqual([]);
  expect(await leftUnseen(site({ one: FELL_BACK }).scene, { kind: "none" })).toEqual([]);
});

// A monitor and a drill on real machines promise what a proof promises, also where fencing takes long or waits.
import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import type { Transport } from "../../src/transport/index.js";
import { GroupGround, watchRules } from "../../src/workflows/index.js";
import { groupOf, nodesText, proofOf } from "../survival/proving.js";
import { createFakeClock } from "../time/fake-clock.js";

const [DUMMY, PARTS] = ["ocf:pacemaker:Dummy", "ocf:pacemaker:Stateful"];
const WORKLOADS = `workloads:
  - { name: a, profile: ocf-agent, with: { agent: "${DUMMY}" } }
  - { name: b, profile: pair-of-parts }
constraints:
  - { together: [a, b] }
  - { order: [a, b] }
`;
const PARTS_PROFILE = `---
kind: WorkloadProfile
name: pair-of-parts
summary: Two parts
resources:
  - { name: first, agent: "${DUMMY}" }
  - { name: second, agent: "${PARTS}" }
`;

function text(count: number, policy: string, more = ""): string {
  const nodes = nodesText(count).replace(/^policy: .*$/m, `policy: ${policy}`);
  const fenced = more === "bare" ? nodes.replace(/, fence: \{ redfish: .*\} \} \}$/gm, " }") : nodes;
  return fenced + WORKLOADS + PARTS_PROFILE;
}

const silent: Transport = {
  exec: (node) => Promise.reject(new DcnError("unreachable", "NODE_UNREACHABLE", node)),
  close: () => Promise.resolve(),
};

test.each<[string, string, string, string]>([
  ["with a BMC each", text(3, "edge-three-node"), "fencing delay 0", "fence device 3000"],
  [
    "with watchdogs and nothing else",
    text(3, "diskless-sbd", "bare"),
    "fencing delay 0",
    "fence device 30000",
  ],
  // calm: the first node is given 11 s, and the one that runs less waits twice as long.
  ["in a pair where the busier node wins", text(2, "calm"), "fencing delay 33000", "fence device 3000"],
])("nodes %s", async (_, profile, ...terms) => {
  const group = await groupOf(profile);
  const ground = new GroupGround({ group, transport: silent, clock: createFakeClock() });
  const bound = await ground.bound(true);
  await ground.close();
  expect(bound.terms.map(({ name, ms }) => `${name} ${ms}`)).toEqual(
    expect.arrayContaining(terms) as string[],
  );
  const [one, two] = watchRules(group).workloads;
  expect(one?.promisedMs).toBe(bound.totalMs);
  // Each of its parts has to start, after what it is ordered after.
  expect((two?.promisedMs ?? 0) - (one?.promisedMs ?? 0)).toBe(2_000);
});

test("what a proof says of a lost node is never more than what is promised for any", async (context) => {
  for (const profile of [text(3, "diskless-sbd", "bare"), text(2, "calm")]) {
    const { verdicts } = await proofOf(profile, context);
    const proved = verdicts.flatMap(({ failure, fates }) =>
      failure.kind === "node" ? fates.flatMap(({ outage }) => outage?.totalMs ?? []) : [],
    );
    const promised = watchRules(await groupOf(profile)).workloads.map(({ promisedMs = 0 }) => promisedMs);
    expect(proved).not.toEqual([]);
    expect(Math.max(0, ...promised)).toBe(Math.max(0, ...proved));
  }
});

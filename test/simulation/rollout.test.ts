// Rollouts with faults at every step: what must hold does (`npm run soak` for a thousand; a failure names its seed).
import { expect, test } from "vitest";
import { INVARIANTS } from "./audit.js";
import { scenarioOf } from "./scenario.js";
import { simulate } from "./simulation.js";

// Each round of a soak has a thousand seeds of its own.
const round = process.env.DCN_HA_PROPERTY_SEED;
const first = round === undefined ? 1 : (Number(round) * 1_000) % 2 ** 31;
const count = process.env.DCN_HA_SOAK === undefined ? 60 : 1_000;
const seeds = Array.from({ length: count }, (_, index) => first + index);

test(`${count} rollouts from seed ${first} keep every promise`, () => {
  const looks = new Map<string, number>();
  const red: string[] = [];
  for (const seed of seeds) {
    const { audit, log } = simulate(scenarioOf(seed));
    for (const [name, times] of audit.counts) looks.set(name, (looks.get(name) ?? 0) + times);
    for (const [name, says] of audit.broken)
      red.push(`seed ${seed}: not so: ${name}: ${says}\n    ${log.join("\n    ")}`);
  }
  expect(red.length, `${red.length} of ${count} are red; the first: ${red[0] ?? ""}`).toBe(0);
  // A promise at which nobody looked is not kept.
  for (const name of INVARIANTS) expect(looks.get(name) ?? 0, name).toBeGreaterThan(count / 10);
});

test("without faults, every node of every group gets a good image", () => {
  for (const seed of seeds.slice(0, 10)) {
    const { record } = simulate({ ...scenarioOf(seed), image: "good", wasThere: false, lost: 0, faults: [] });
    expect(record?.state, `seed ${seed}`).toBe("done");
    for (const node of Object.values(record?.nodes ?? {})) expect(node.outcome).toBe("already-there");
  }
});

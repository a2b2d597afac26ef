// Steps of a rollout, by the real scheduler: what moves, what one more loss would do, and what is foreseen.
import { describe, expect, test } from "vitest";
import { proveStep, remembering, takeStep } from "../../src/survival/index.js";
import { nodesText, sceneOf, scheduler, servicesText } from "./proving.js";

describe("a step of a rollout", () => {
  const homes = ["a", "b", "c"].map(
    (name, index) => `  - { prefer: ${name}, nodes: { n${index + 1}: 100 } }\n`,
  );
  const text = `${nodesText(3)}${servicesText(["a", "b", "c"])}constraints:\n${homes.join("")}`;

  test("one node in standby: what moves where; the loss of one more keeps the quorum", async (context) => {
    const by = await scheduler(context);
    const scene = await sceneOf(text, by);
    const step = await proveStep(scene, by.ask, { out: { standby: ["n1"] } });
    expect(step.safe).toBe(true);
    expect(step.moves).toHaveLength(1);
    expect(step.moves[0]).toMatchObject({ from: ["n1"] });
    expect(step.step.fates.every(({ nodes }) => !nodes.includes("n1"))).toBe(true);
    expect(step.fatal).toEqual([]);
    expect(step.next.map(({ name }) => name)).toEqual(["n1", "n2", "n3"]);
  });

  test("the same node rebooting: one more loss takes everything", async (context) => {
    const by = await scheduler(context);
    const step = await proveStep(await sceneOf(text, by), by.ask, { out: { down: ["n1"] } });
    expect(step).toMatchObject({ safe: true, quorum: { votes: 2, needed: 2 } });
    expect(step.fatal).toEqual(
      ["n2", "n3"].map((failure) => ({ failure, losesQuorum: true, workloads: ["a", "b", "c"] })),
    );
  });

  test("the next step goes on from where everything is then: what has moved stays", async (context) => {
    const by = await scheduler(context);
    const scene = await sceneOf(text, by);
    const first = await proveStep(scene, by.ask, { out: { standby: ["n1"] } });
    const back = await proveStep(scene, by.ask, { out: {}, from: first.situation });
    expect(back.moves).toEqual([]);
    const second = await proveStep(scene, by.ask, { out: { standby: ["n2"] }, from: back.situation });
    expect(second.safe).toBe(true);
    expect(second.moves.every(({ from }) => from.join() === "n2")).toBe(true);
    expect(second.moves.length).toBeGreaterThan(0);
  });

  test("steps that are foreseen come to the same with fewer questions", async (context) => {
    const by = await scheduler(context);
    const scene = await sceneOf(text, by);
    const outs = [["n1"], [], ["n2"], []].map((standby) => ({ standby, down: [] }));
    const walk = async (foreseen: boolean) => {
      let questions = 0;
      const ask = remembering((cib, statuses) => {
        questions += 1;
        return by.ask(cib, statuses);
      });
      const taken: Awaited<ReturnType<typeof takeStep>>[] = [];
      for (const [at, out] of outs.entries()) {
        const from = taken.at(-1)?.situation;
        const next = foreseen ? outs.slice(at + 1) : [];
        taken.push(await takeStep(scene, ask, { out, next, ...(from === undefined ? {} : { from }) }));
      }
      return { questions, moves: taken.map(({ moves }) => moves) };
    };
    const [one, other] = [await walk(false), await walk(true)];
    expect(other.moves).toEqual(one.moves);
    expect(one.moves.flat().length).toBeGreaterThan(1);
    expect(other.questions).toBeLessThan(one.questions);
  });

  test("two of three out: no quorum, and not safe; no room: not safe", async (context) => {
    const by = await scheduler(context);
    const two = await proveStep(await sceneOf(text, by), by.ask, { out: { down: ["n1", "n2"] } });
    expect(two).toMatchObject({ safe: false, quorum: { quorate: false } });
    const tight =
      nodesText(3, "capacity: { memory: 4GiB }, ") +
      servicesText(["a", "b", "c"], ", capacity: { memory: 3GiB }");
    const step = await proveStep(await sceneOf(tight, by), by.ask, { out: { standby: ["n1"] } });
    expect(step.safe).toBe(false);
    expect(step.step.fates.filter(({ state }) => state === "lost")).toHaveLength(1);
  });
});

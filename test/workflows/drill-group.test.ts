// Real machines as a ground for drills, behind the on-node helper's protocol: a fencing that was none, and mending that needs several tries.
import { afterEach, describe, expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import type { Transport } from "../../src/transport/index.js";
import { GroupGround } from "../../src/workflows/index.js";
import { createFakeClock } from "../time/fake-clock.js";
import { modelOf } from "./model.js";
import { framesOf } from "./rollout-frames.js";

type Answer = { readonly code: number; readonly out?: string } | "no answer" | "lost";
const DONE: Answer = { code: 0 };
const NODES = ["dcn1", "dcn2", "dcn3"];

let ground: GroupGround | undefined;
afterEach(() => ground?.close());

/** Machines that answer as `says`; nobody tells a status. */
function groundOf(says: (verb: string, node: string) => Answer | undefined): GroupGround {
  const transport: Transport = {
    exec: (node, command) => {
      const answers = framesOf(command).map(({ verb }) => {
        const protocol = verb === "hello" || verb === "end";
        return { verb, answer: protocol ? DONE : (says(verb, node) ?? "no answer") };
      });
      if (answers.some(({ answer }) => answer === "no answer"))
        return Promise.reject(new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: no answer`));
      const lost = answers.some(({ answer }) => answer === "lost");
      const texts = answers.map(({ verb, answer }) => {
        const { code, out = "" } = typeof answer === "string" ? { code: 0 } : answer;
        return `${verb} ${code} ${Buffer.byteLength(out)} 0\n${out}`;
      });
      const { argv } = command;
      const rest = { signal: null, durationMs: 1, timedOut: false, stderr: "" };
      return Promise.resolve({
        ...{ node, argv, stdout: texts.join(""), exitCode: lost ? null : 0, lost },
        ...rest,
      });
    },
    close: () => Promise.resolve(),
  };
  const timing = { tokenMs: 1_000, consensusMs: 1_200, fencingDelayMs: 0 };
  const nodes = NODES.map((name) => ({ name }));
  const group = {
    name: "cabinet",
    file: "",
    networks: [],
    nodes,
    workloads: [],
    model: modelOf(NODES),
    timing,
  };
  const made = new GroupGround({
    group: group as unknown as ResolvedGroup,
    transport,
    clock: createFakeClock({ auto: true }),
  });
  ground = made;
  return made;
}

describe("a fencing", () => {
  const fence = { fault: "fence", parameters: { node: "dcn1" } };
  const bootOf = (id: string): Answer => ({ code: 0, out: `boot=${id}\n` });

  test.each<[string, (asked: number) => Answer | undefined, Answer, RegExp | string]>([
    ["is seen by another boot", (asked) => bootOf(asked === 1 ? "one" : "two"), DONE, /its boot is over/],
    [
      "is seen by a node that keeps silent",
      (asked) => (asked === 1 ? bootOf("one") : undefined),
      DONE,
      /its boot is over/,
    ],
    [
      "of which no answer came is seen all the same",
      (asked) => bootOf(asked === 1 ? "one" : "two"),
      "lost",
      /its boot is over/,
    ],
    [
      "is none where one question was not answered and the boot is the same",
      (asked) => (asked === 3 ? undefined : bootOf("one")),
      DONE,
      "FENCING_FAILED",
    ],
    ["that is refused has failed", () => bootOf("one"), { code: 1 }, "FENCING_FAILED"],
    ["of a node that does not say its boot is not begun", () => undefined, DONE, "FAULT_WITHOUT_EFFECT"],
  ])("%s", async (_, boot, fenced, expected) => {
    let asked = 0;
    const made = groundOf((verb, node) => {
      if (verb === "fence-node") return fenced;
      if (verb !== "probe" || node !== "dcn1") return undefined;
      asked += 1;
      return boot(asked);
    });
    const came = await made.inject(fence).catch((error: unknown) => (error as DcnError).code);
    if (typeof expected === "string") expect(came).toBe(expected);
    else expect(came).toMatch(expected);
  });
});

test("a standby that one node cannot end is ended by another, and by a later look where nobody could", async () => {
  let able: readonly string[] = [];
  const asked: string[] = [];
  const made = groundOf((verb, node) => {
    if (verb === "set-standby") return DONE;
    if (verb !== "clear-standby") return undefined;
    asked.push(node);
    return able.includes(node) ? DONE : undefined;
  });
  // Nobody tells a status, so that it is not seen either; it has to be ended all the same.
  await made.inject({ fault: "standby", parameters: { node: "dcn1" } }).catch(() => undefined);
  expect(await made.heal()).toEqual([expect.stringContaining("standby of dcn1 (not yet")]);
  expect(asked).toEqual(["dcn2", "dcn3"]);
  expect((await made.situation()).troubles).toContain("the drill's standby of dcn1 is not undone yet");
  able = ["dcn3"];
  expect((await made.situation()).troubles.join()).not.toContain("not undone");
});

// Brings another OS image onto every node of groups, one node of a group at a time, with an end that leaves nothing behind (docs/rollouts.md).
import { DcnError } from "../../errors/index.js";
import type { RolloutRecord } from "../../rollout/index.js";
import type { GroupJob, GroupResult, RolloutScene } from "../../workflows/index.js";
import type { Call, CommandDefinition, OptionDefinition } from "../command.js";
import { profilesOption } from "../group.js";
import {
  forcedCodes,
  forceOption,
  gateOf,
  imageOptions,
  loadRollout,
  type RolloutTarget,
  rolloutArgument,
  wishesOf,
  withScene,
} from "../rollout-target.js";
import {
  describeEvents,
  describeResults,
  describeRolloutPlan,
  shown,
  soFar,
  throwOnlyTrouble,
  troubleIn,
} from "../rollout-words.js";
import { exitCodes } from "../trouble.js";

type RolloutGroup = RolloutTarget["waves"][number]["groups"][number];

const approveOption: OptionDefinition = {
  flags: "--approve <WAVES>",
  help: "these waves may begin (names with commas between them)",
};

export const command: CommandDefinition = {
  summary: "brings another OS image onto every node of groups, one node at a time",
  subcommands: {
    plan: {
      summary: "says which node gets which image in which order, and what stands in the way",
      arguments: [rolloutArgument],
      options: [
        profilesOption,
        ...imageOptions,
        { flags: "--fetch", help: "have the nodes fetch the images, so that they can be compared" },
      ],
      examples: ["dcn-ha rollout plan plant-v2.yaml --fetch", "dcn-ha rollout plan cabinet-7.yaml --json"],
      run: plan,
    },
    start: {
      summary: "carries it out: drain, stage, reboot, health, rejoin, soak, node by node",
      arguments: [rolloutArgument],
      options: [profilesOption, ...imageOptions, approveOption, forceOption],
      examples: [
        "dcn-ha rollout start cabinet-7.yaml",
        "dcn-ha rollout start plant-v2.yaml --approve canary,rest",
      ],
      run: (call) => go(call, "start"),
    },
    status: {
      summary: "says how far a rollout is, node by node",
      arguments: [rolloutArgument],
      options: [profilesOption],
      examples: ["dcn-ha rollout status cabinet-7.yaml", "dcn-ha rollout status plant-v2.yaml --json"],
      run: status,
    },
    pause: {
      summary: "brings the node that is under way to an end, and begins no other",
      arguments: [rolloutArgument],
      options: [profilesOption],
      examples: ["dcn-ha rollout pause cabinet-7.yaml"],
      run: (call) => end(call, "pausing"),
    },
    resume: {
      summary: "goes on with a rollout that was paused, halted or left by a controller that died",
      arguments: [rolloutArgument],
      options: [profilesOption, ...imageOptions, approveOption, forceOption],
      examples: ["dcn-ha rollout resume cabinet-7.yaml"],
      run: (call) => go(call, "resume"),
    },
    abort: {
      summary: "ends a rollout with every node in the standby, or not, that it was found in",
      arguments: [rolloutArgument],
      options: [profilesOption],
      examples: ["dcn-ha rollout abort cabinet-7.yaml"],
      run: (call) => end(call, "aborting"),
    },
    report: {
      summary: "prints what happened in the last rollouts, as the nodes remember it",
      arguments: [rolloutArgument],
      options: [profilesOption, { flags: "--all", help: "every rollout that the nodes remember" }],
      examples: ["dcn-ha rollout report cabinet-7.yaml", "dcn-ha rollout report cabinet-7.yaml --json"],
      run: report,
    },
  },
};

/** The same for every group, a few at a time, in the order of the document. */
async function eachGroup<Result>(
  call: Call,
  target: RolloutTarget,
  work: (scene: RolloutScene, group: RolloutGroup) => Promise<Result>,
): Promise<Result[]> {
  const { inParallel } = await import("../../observe/index.js");
  const groups = target.waves.flatMap((wave) => wave.groups);
  return inParallel(groups, target.document.parallel ?? 4, (group) =>
    withScene(call, { document: target.document, group }, (scene) => work(scene, group)),
  );
}

async function plan(call: Call): Promise<number> {
  const { planRollout } = await import("../../workflows/index.js");
  const target = await loadRollout(call);
  const { document } = target;
  const plans = await eachGroup(call, target, (scene, group) => {
    const wish = wishesOf(document, group, call.options.text("digest"));
    return planRollout(scene, { name: document.name, wish, fetch: call.options.flag("fetch"), force: [] });
  });
  call.output.answer({ rollout: document.name, groups: plans }, plans.map(describeRolloutPlan).join("\n\n"));
  const errors = plans.some(({ findings }) => findings.some(({ severity }) => severity === "error"));
  if (errors) return exitCodes.refused;
  const waits = plans.some(({ nodes }) => nodes.some(({ from, target: to }) => from !== to));
  return waits ? exitCodes.differences : exitCodes.done;
}

async function go(call: Call, how: "start" | "resume"): Promise<number> {
  const workflows = await import("../../workflows/index.js");
  const target = await loadRollout(call);
  const { document } = target;
  const force = await forcedCodes(call);
  const job = (group: RolloutGroup): GroupJob => ({
    group: group.name,
    run: () =>
      withScene(call, { document, group }, async (scene) => {
        const gate = gateOf(document, scene, group);
        const request = {
          name: document.name,
          wish: wishesOf(document, group, call.options.text("digest")),
          fetch: true,
          force,
          digest: call.options.text("digest"),
        };
        if (how === "resume") return workflows.resumeRollout(scene, request, gate);
        const plan = await workflows.planRollout(scene, request);
        return workflows.startRollout(scene, request, { plan, gate });
      }),
  });
  const waves = target.waves.map(({ groups, ...wave }) => ({ ...wave, jobs: groups.map(job) }));
  const approved = new Set((call.options.text("approve") ?? "").split(",").filter((name) => name !== ""));
  const { parallel = 4, failures = 0 } = document;
  const results = await workflows.runWaves(waves, { parallel, failures, approved, signal: call.signal });
  throwOnlyTrouble(results);
  call.output.answer({ rollout: document.name, groups: results.map(shown) }, describeResults(results));
  return exitOf(results, workflows.isGood);
}

function exitOf(results: readonly GroupResult[], isGood: (result: GroupResult) => boolean): number {
  if (results.every(isGood)) return exitCodes.done;
  const waits = results.every(
    (result) =>
      isGood(result) ||
      (result.kind === "record" && result.record.state === "paused") ||
      (result.kind === "not-begun" && result.why.includes("approval")),
  );
  return waits ? exitCodes.busy : exitCodes.failed;
}

async function status(call: Call): Promise<number> {
  const { standingRollout } = await import("../../workflows/index.js");
  const target = await loadRollout(call);
  const results = await ofEach(call, target, (scene) => standingRollout(scene));
  const isHalted = results.some((one) => one.kind === "record" && one.record.state === "halted");
  return isHalted ? exitCodes.failed : troubleIn(results);
}

/** Tells of each group what `work` came to: one whose turn has not come has no rollout yet, and what one is in trouble with hides no other. */
async function ofEach(
  call: Call,
  target: RolloutTarget,
  work: (scene: RolloutScene, group: RolloutGroup) => Promise<RolloutRecord>,
): Promise<readonly GroupResult[]> {
  const { resultOf } = await import("../../workflows/index.js");
  const { inParallel } = await import("../../observe/index.js");
  const { document } = target;
  const groups = target.waves.flatMap((wave) => wave.groups);
  const all = await inParallel(groups, document.parallel ?? 4, (group) => {
    const run = () => withScene(call, { document, group }, (scene) => work(scene, group));
    return resultOf(group.name, run, call);
  });
  const results = soFar(all);
  call.output.answer({ groups: results.map(shown) }, describeResults(results));
  return results;
}

async function end(call: Call, wanted: "pausing" | "aborting"): Promise<number> {
  const { endRollout } = await import("../../workflows/index.js");
  const target = await loadRollout(call);
  const { name } = target.document;
  const results = await ofEach(call, target, (scene, group) =>
    endRollout(scene, { wanted, name }, gateOf(target.document, scene, group)),
  );
  return troubleIn(results);
}

/** Where no controller ever began one, all that the nodes did by themselves is told. */
function noRollout(error: unknown): string {
  if (error instanceof DcnError && error.code === "NO_ROLLOUT") return "";
  throw error;
}

async function report(call: Call): Promise<number> {
  const { rolloutHistory, standingRollout } = await import("../../workflows/index.js");
  const target = await loadRollout(call);
  const all = call.options.flag("all");
  const histories = await eachGroup(call, target, async (scene) => {
    const id = all ? "" : await standingRollout(scene).then((record) => record.id, noRollout);
    return { group: scene.group, events: await rolloutHistory(scene, id) };
  });
  call.output.answer({ groups: histories }, histories.map(describeEvents).join("\n\n"));
  return exitCodes.done;
}

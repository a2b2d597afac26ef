// From the word ROLLOUT on the command line to groups and what each node of them is to get (docs/rollouts.md).
import type { DocumentOf, ResolvedGroup, Rollout } from "../profile/index.js";
import type { ImageWish, RolloutGate, RolloutScene } from "../workflows/index.js";
import type { ArgumentDefinition, Call, OptionDefinition } from "./command.js";
import { withConnection } from "./connection.js";
import { loadGroup } from "./group.js";
import { FindingsError } from "./trouble.js";

/** The argument of all rollout commands. */
export const rolloutArgument: ArgumentDefinition = {
  name: "ROLLOUT",
  help: "file of a Rollout, or of a NodeGroup, whose nodes then get what their own origin names",
};

/** Options of plan and start. */
export const imageOptions: readonly OptionDefinition[] = [
  { flags: "--digest <DIGEST>", help: "exactly this image for every node, whatever the document says" },
];

/** Of start and resume. */
export const forceOption: OptionDefinition = {
  flags: "--force <CODES>",
  help: "go on in spite of these findings (FEATURE_SET_RISES,IMAGE_DENIED)",
};

/** Codes with commas between them. Throws DcnError usage for one that nothing can be forced by. */
export async function forcedCodes(call: Call): Promise<string[]> {
  const codes = (call.options.text("force") ?? "").split(",").map((code) => code.trim());
  const given = codes.filter((code) => code !== "");
  const { ROLLOUT_FORCE_CODES } = await import("../rollout/index.js");
  const unknown = given.find((code) => !ROLLOUT_FORCE_CODES.includes(code));
  if (unknown === undefined) return given;
  const { DcnError } = await import("../errors/index.js");
  const { hintFor } = await import("../profile/index.js");
  const said = `nothing can be forced by the code ${unknown}`;
  throw new DcnError("usage", "USAGE", said, { hint: hintFor(unknown, ROLLOUT_FORCE_CODES) });
}

/** A rollout with its groups, wave by wave. */
export interface RolloutTarget {
  readonly document: Rollout;
  readonly waves: readonly {
    readonly name: string;
    readonly needsApproval: boolean;
    readonly groups: readonly ResolvedGroup[];
  }[];
}

/** Reads the document and every group that it names. Throws FindingsError with every finding. */
export async function loadRollout(call: Call): Promise<RolloutTarget> {
  const [word = ""] = call.arguments;
  const document = await readRollout(word);
  if (document === undefined) {
    const group = await loadGroup(call);
    const alone: Rollout = { kind: "Rollout", name: group.name, groups: [word] };
    return { document: alone, waves: [{ name: "1", needsApproval: false, groups: [group] }] };
  }
  const { besideFile, wavesOf } = await import("../profile/index.js");
  const { value, file } = document;
  const waves = [];
  for (const [at, wave] of wavesOf(value).entries()) {
    const groups = [];
    for (const named of wave.groups) {
      const path = /[/]|\.(ya?ml|json)$/.test(named) ? besideFile(file, named) : named;
      groups.push(await loadGroup({ ...call, arguments: [path] }));
    }
    waves.push({ name: wave.name ?? String(at + 1), needsApproval: wave.approval === true, groups });
  }
  if (waves.length > 0) return { document: value, waves };
  const text = "it names no groups";
  const hint = "groups: [cabinet-7.yaml], or waves: [{ groups: […] }]";
  const position = document.at(["name"]);
  throw new FindingsError([{ severity: "error", code: "ROLLOUT_WITHOUT_GROUPS", position, text, hint }]);
}

/** The Rollout in a file; undefined where the word names something else. */
async function readRollout(word: string): Promise<DocumentOf<"Rollout"> | undefined> {
  if (!/\.(ya?ml|json)$/.test(word)) return undefined;
  const { parseDocuments } = await import("../profile/index.js");
  const { loadSources } = await import("../sources/index.js");
  const loaded = await loadSources([word]);
  const { documents, broken, findings } = parseDocuments(loaded.sources);
  const document = documents.find((one) => one.kind === "Rollout" && !one.library);
  if (document?.sound === false || broken.some(({ kind }) => kind === "Rollout"))
    throw new FindingsError([...loaded.findings, ...findings]);
  return document?.kind === "Rollout" ? document : undefined;
}

/** Which image each node of a group is to get. */
export function wishesOf({ image }: Rollout, group: ResolvedGroup, digest: string | undefined) {
  return (node: string): ImageWish => {
    if (digest !== undefined) return { digest };
    if (image?.digest !== undefined) return { digest: image.digest };
    const role = group.nodes.find(({ name }) => name === node)?.attributes["role"] ?? "";
    const source = image?.refs?.[role];
    if (source !== undefined) return { source };
    return image?.channel === undefined ? {} : { channel: image.channel };
  };
}

/** Runs `work` with one group's scene: logins, clock, deadlines, cancellation, and progress on standard error. */
export async function withScene<Result>(
  call: Call,
  { document, group }: { readonly document: Rollout; readonly group: ResolvedGroup },
  work: (scene: RolloutScene) => Promise<Result>,
): Promise<Result> {
  const { thisController } = await import("../apply/index.js");
  const { systemClock } = await import("../time/index.js");
  const { msOf } = await import("../profile/index.js");
  const { deadlines = {}, soak } = document;
  const controller = await thisController();
  return withConnection(group, ({ transport }) =>
    work({
      group: group.name,
      profile: group,
      nodes: group.nodes.map(({ name }) => name),
      transport,
      clock: systemClock,
      controller,
      deadlines: {
        fetchMs: msOf(deadlines.fetch, "2h"),
        drainMs: msOf(deadlines.drain, "10min"),
        stageMs: msOf(deadlines.stage, "15min"),
        stopMs: msOf(deadlines.drain, "10min"),
        rebootMs: msOf(deadlines.reboot, "10min"),
        greenMs: msOf(deadlines.green, "20min"),
        joinMs: msOf(deadlines.join, "5min"),
        returnMs: msOf(deadlines.join, "5min"),
        soakMs: msOf(soak, "60s"),
      },
      signal: call.signal,
      onEvent: ({ node, text }) => {
        call.output.progress(`${group.name}: ${text}`, node);
      },
    }),
  );
}

/** What has to be so before a node's turn: a window that is long enough, the hook's word, and the site's FleetLock; and what ends it. */
export function gateOf(
  { windows, hooks, fleetLock }: Rollout,
  scene: RolloutScene,
  group: ResolvedGroup,
): RolloutGate {
  const { deadlines, clock, signal } = scene;
  const client = (node: string) => {
    const attributes = group.nodes.find(({ name }) => name === node)?.attributes ?? {};
    const id = attributes["fleetlock-id"] ?? node;
    return { url: fleetLock?.url ?? "", group: fleetLock?.group ?? group.name, id };
  };
  return {
    mayBegin: async (node) => {
      const { windowFor } = await import("../rollout/index.js");
      const window = windowFor(windows, clock.wallMs(), deadlines.rebootMs);
      if (!window.open) return window.why;
      const refused = await runHook(hooks?.before, { group: scene.group, node }, scene);
      if (refused !== undefined || fleetLock === undefined) return refused;
      const { preReboot, steadyState } = await import("../apply/index.js");
      const answer = await preReboot(client(node), { clock, signal }).catch(async (error: unknown) => {
        // Nobody waits for the answer any more, and it may be a yes.
        await steadyState(client(node), { clock });
        throw error;
      });
      return answer.granted
        ? undefined
        : `the FleetLock of the site says no: ${answer.kind}: ${answer.value}`;
    },
    afterTurn: async (node, isBack) => {
      // Ctrl-C ends the work, not the giving back.
      const still = signal?.aborted === true ? undefined : signal;
      await runHook(hooks?.after, { group: scene.group, node }, { signal: still });
      // Whoever is not back keeps the slot: somebody has to look first.
      if (fleetLock === undefined || !isBack) return;
      const { steadyState } = await import("../apply/index.js");
      const answer = await steadyState(client(node), { clock, signal: still });
      if (answer.granted) return;
      const { DcnError } = await import("../errors/index.js");
      const text = `${scene.group}: the FleetLock of the site does not take back the slot of ${node}: ${answer.kind}: ${answer.value}`;
      const hint =
        "dcn-ha rollout resume gives it back and goes on when the server is mended; where that is gone for good, take fleetLock out of the document first";
      throw new DcnError("busy", "SLOT_NOT_GIVEN_BACK", text, { hint, retryable: true });
    },
  };
}

/** Runs a hook on this machine; its words where it says no. */
export async function runHook(
  argv: readonly string[] | undefined,
  { group, node }: { readonly group: string; readonly node: string },
  { signal }: Pick<RolloutScene, "signal">,
): Promise<string | undefined> {
  if (argv === undefined) return undefined;
  const { createLocalTransport } = await import("../transport/index.js");
  const words = argv.map((word) => word.replaceAll("{group}", group).replaceAll("{node}", node));
  const result = await createLocalTransport().exec("controller", {
    argv: words,
    timeoutMs: 600_000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.exitCode === 0) return undefined;
  const said = result.stderr.trim().split("\n").at(-1) ?? "";
  return `the hook ${words[0] ?? ""} says no${said === "" ? "" : `: ${said}`}`;
}

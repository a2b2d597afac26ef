// What is no gap of a proof and worth knowing.
import { countsOnWatchdog } from "../lint/index.js";
import { boardsOf, diesWithNode } from "./fencing.js";
import type { Rest } from "./rest.js";
import type { Scene } from "./scene.js";
import type { Verdict } from "./verdict.js";

/** All of them. */
export function remarksOf(
  scene: Scene,
  { rest, verdicts }: { readonly rest: Rest; readonly verdicts: readonly Verdict[] },
): string[] {
  const { fencing, rules, view } = scene;
  const dying = view.nodes.filter((node) => diesWithNode(fencing, node));
  const exposed = verdicts.filter((verdict) => verdict.exposed.length > 0);
  return [
    ...(rest.restless.length === 0
      ? []
      : [`Pacemaker would not rest with everything there: ${rest.restless.slice(0, 5).join(", ")}`]),
    ...awayRemarks(rest.situation),
    ...(fencing.enabled
      ? []
      : ["fencing is off: a node that only seems dead may go on, and its workloads run twice"]),
    ...(dying.length === 0
      ? []
      : [
          `what fences ${dying.join(", ")} loses its power with the node: after a loss of power at the node itself somebody must confirm that it is off (stonith_admin --confirm NODE)`,
        ]),
    ...cabinetRemarks(scene, verdicts),
    ...(exposed.length === 0
      ? []
      : [
          `there is one way only to fence ${exposed.map(({ failure, exposed: nodes }) => `${nodes.join(", ")} (${failure.names.join()})`).join(", ")}: while it does not work, a loss of the node heals only by hand`,
        ]),
    ...(rules.waitForAll
      ? [
          `after a stop of all nodes nothing starts before all ${rules.nodes.length} have been seen (wait_for_all)`,
        ]
      : []),
    ...scene.workloads.flatMap(({ name, idle }) => {
      if (idle === undefined) return [];
      return idle === "by hand"
        ? `${name} waits for a person wherever it goes (start: manual)`
        : `${name} is stopped by somebody (target-role)`;
    }),
    ...remoteRemarks(scene),
    ...scene.remarks,
    ...scene.unknownAttributes.map(
      (name) => `nobody but the running cluster knows the node attribute ${name}: prove --live counts it`,
    ),
  ];
}

/** Nodes that were away before anything failed. */
function awayRemarks({ down, unclean }: Rest["situation"]): string[] {
  const gone = down.filter((name) => !unclean.includes(name));
  const are = (names: readonly string[]): string =>
    `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`;
  return [
    ...(gone.length === 0 ? [] : [`${are(gone)} away already: this is proved without`]),
    ...(unclean.length === 0
      ? []
      : [
          `${are(unclean)} not up and not fenced (UNCLEAN): what ran there, and whatever would have to start, waits for that`,
        ]),
  ];
}

/** Where a promise to survive a cabinet rests on a fence device that must outlive it. */
function cabinetRemarks({ fencing }: Scene, verdicts: readonly Verdict[]): string[] {
  if (!fencing.enabled) return [];
  const survived = verdicts.filter(
    ({ failure, quorum, unfenced }) =>
      failure.kind === "cabinet" && failure.promised && quorum.quorate && unfenced.length === 0,
  );
  const lost = new Set(survived.flatMap(({ failure }) => failure.lost));
  const nodes = [...lost].filter((node) => !countsOnWatchdog(fencing, node));
  if (nodes.length === 0) return [];
  const boards =
    boardsOf(fencing, nodes).size > 0 ? "; Pacemaker tries their boards first, on top of the outage" : "";
  return [
    `what fences ${nodes.join(", ")} when their cabinet loses its power must have power and network from elsewhere, which no profile can say${boards}`,
  ];
}

/** Nodes that others in the cluster hold on to: none of the failures that are looked at is theirs. */
function remoteRemarks({ view }: Scene): string[] {
  const remotes = view.workloads.flatMap((one) => {
    const { agent, id } = one.primitive;
    if (agent.type === "remote" && agent.provider === "pacemaker") return [id];
    return view.meta(one, "remote-node") ?? [];
  });
  if (remotes.length === 0) return [];
  const are = remotes.length === 1 ? "is a remote node: its" : "are remote nodes: their";
  return [`${remotes.join(", ")} ${are} own loss is not judged`];
}

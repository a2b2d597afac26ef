// Rollouts for people: plans, how far they are, and what happened.
import { formatFinding } from "../errors/index.js";
import type { RolloutRecord } from "../rollout/index.js";
import type { GroupResult, RolloutEvent, RolloutPlan } from "../workflows/index.js";
import { exitCodes, troubleOf } from "./trouble.js";

const short = (digest: string | undefined): string =>
  digest === undefined ? "unknown" : digest.replace(/^sha256:/, "").slice(0, 12);

/** Nodes in their order, what moves in each turn, and what stands in the way. */
export function describeRolloutPlan({ group, nodes, steps, findings, longestMs }: RolloutPlan): string {
  const lines = nodes.flatMap(({ node, from, target, version }, at) => {
    const to = `${short(target)}${version === undefined ? "" : ` (${version})`}`;
    if (from === target) return [`  ${at + 1}. ${node}  has ${to} already`];
    const moves = steps.find((step) => step.node === node)?.moves ?? [];
    return [
      `  ${at + 1}. ${node}  ${short(from)} → ${to}`,
      ...moves.map(
        ({ workload, from: was, to: is }) => `       ${workload}: ${was.join(", ")} → ${is.join(", ")}`,
      ),
    ];
  });
  const time =
    longestMs === 0 ? [] : [`  done, or halted, within ${Math.ceil(longestMs / 60_000)} min at most`];
  return [
    `${group}: one node after the other`,
    ...lines,
    ...time,
    ...findings.map((one) => formatFinding(one)),
  ].join("\n");
}

/** One group's rollout as it stands. */
function describeRollout({
  group,
  record,
}: {
  readonly group: string;
  readonly record: RolloutRecord;
}): string {
  const { name, state, why, since, order, nodes, standby } = record;
  const lines = order.map((node) => {
    const { phase = "waiting", outcome, target, evidence } = nodes[node] ?? {};
    const how =
      phase === "over" ? (outcome ?? phase) : outcome === undefined ? phase : `${outcome}, ${phase}`;
    return `  ${node}  ${short(target)}  ${how}${evidence === undefined ? "" : `: ${evidence}`}`;
  });
  const persons = standby.length === 0 ? [] : [`  in standby before, and left so: ${standby.join(", ")}`];
  const next: Partial<Record<RolloutRecord["state"], string>> = {
    halted: "  dcn-ha rollout resume goes on when the reason is mended; dcn-ha rollout abort ends it",
    paused: "  dcn-ha rollout resume goes on with it",
  };
  const hint = next[state];
  return [
    `${group}: rollout ${name}, begun ${since}: ${state}${why === undefined ? "" : `, ${why}`}`,
    ...lines,
    ...persons,
    ...(hint === undefined ? [] : [hint]),
  ].join("\n");
}

/** What became of every group. */
export function describeResults(results: readonly GroupResult[]): string {
  return results
    .map((result) => {
      if (result.kind === "record") return describeRollout(result);
      if (result.kind === "not-begun") return `${result.group}: not begun: ${result.why}`;
      const { message, hint } = result.error;
      return [`${result.group}: ${message}`, ...(hint === undefined ? [] : [`    ${hint}`])].join("\n");
    })
    .join("\n");
}

/** One group is as good as a command for it: its own trouble, its own exit code. Throws that trouble. */
export function throwOnlyTrouble([first, ...others]: readonly GroupResult[]): void {
  if (first?.kind === "failed" && others.length === 0) throw first.error;
}

/** How far each group is; one whose turn has not come has not begun. Throws DcnError NO_ROLLOUT where nobody has begun, and as `throwOnlyTrouble`. */
export function soFar(all: readonly GroupResult[]): readonly GroupResult[] {
  const isNone = (one: GroupResult): boolean => one.kind === "failed" && one.error.code === "NO_ROLLOUT";
  throwOnlyTrouble(all.every(isNone) ? all.slice(0, 1) : all);
  return all.map((one) =>
    isNone(one)
      ? {
          group: one.group,
          kind: "not-begun",
          why: "there was no rollout yet, and a start that is still under way may begin one",
        }
      : one,
  );
}

/** The exit code for them: that of their trouble, where all of them have the same kind of it. */
export function troubleIn(results: readonly GroupResult[]): number {
  const codes = new Set(
    results.flatMap((one) => (one.kind === "failed" ? [troubleOf(one.error, false).exitCode] : [])),
  );
  const [code = exitCodes.done] = codes;
  return codes.size > 1 ? exitCodes.failed : code;
}

/** A result as `--json` has it: trouble as everywhere else (docs/exit-codes.md). */
export function shown(result: GroupResult): Record<string, unknown> {
  if (result.kind !== "failed") return { ...result };
  const { code, message, node, hint, findings } = troubleOf(result.error, false);
  return { ...result, error: { code, message, node, hint, findings } };
}

/** What happened, a line each. */
export function describeEvents({
  group,
  events,
}: {
  readonly group: string;
  readonly events: readonly RolloutEvent[];
}): string {
  const lines = events.map(
    ({ at, node, text }) => `  ${at}  ${node === undefined ? "" : `${node}: `}${text}`,
  );
  return [`${group}:`, ...lines].join("\n");
}

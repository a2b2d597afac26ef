// Proves each step of a rollout on the cluster as it runs: what moves where, and what one more loss would do meanwhile (docs/prove.md).
import { DcnError, type Finding } from "../errors/index.js";
import { proveStep, type StepProof, type SurvivalGroup } from "../survival/index.js";
import { withScheduler } from "./prove.js";
import type { RolloutScene } from "./rollout-scene.js";

/** One node's turn as Pacemaker's own scheduler sees it. */
export interface StepForecast {
  readonly node: string;
  readonly moves: StepProof["moves"];
}

/** What the steps come to; without `steps` nobody could be asked, and a finding says so. */
export interface RolloutForecast {
  readonly steps: readonly StepForecast[];
  readonly findings: readonly Finding[];
}

/** Asks about every node's turn in this order; `standby` are nodes that are out anyway. */
export async function forecast(
  scene: RolloutScene,
  group: SurvivalGroup,
  { order, standby }: { readonly order: readonly string[]; readonly standby: readonly string[] },
): Promise<RolloutForecast> {
  const { transport, signal } = scene;
  const options = {
    group,
    live: true,
    withNodes: <Result>(work: (ways: { transport: typeof transport; admin: undefined }) => Promise<Result>) =>
      work({ transport, admin: undefined }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await withScheduler(options, async (seen, { ask }) => {
      const steps: StepForecast[] = [];
      const findings: Finding[] = [];
      let from: StepProof["situation"] | undefined;
      for (const node of order) {
        const others = standby.filter((name) => name !== node);
        // It is drained first and leaves then, so that what it runs moves and is not lost.
        const drained = await proveStep(seen, ask, {
          out: { standby: [...others, node], down: [] },
          ...(from === undefined ? {} : { from }),
        });
        const away = await proveStep(seen, ask, {
          out: { standby: others, down: [node] },
          from: drained.situation,
        });
        const back = await proveStep(seen, ask, { out: { standby: others, down: [] }, from: away.situation });
        steps.push({ node, moves: [...drained.moves, ...back.moves] });
        findings.push(...findingsOf(node, away));
        from = back.situation;
      }
      return { steps, findings };
    });
  } catch (error) {
    if (!(error instanceof DcnError) || signal?.aborted === true) throw error;
    const text = `nobody can say what the steps would do: ${error.message}`;
    return {
      steps: [],
      findings: [{ severity: "error", code: "STEP_NOT_PROVED", text, force: "STEP_NOT_PROVED" }],
    };
  }
}

function findingsOf(node: string, { quorum, step, fatal }: StepProof): Finding[] {
  const subject = `node ${node}`;
  const lost = step.fates.filter(({ state }) => state === "lost").map(({ workload }) => workload);
  const findings: Finding[] = [];
  if (!quorum.quorate)
    findings.push({
      severity: "error",
      code: "STEP_LOSES_QUORUM",
      subject,
      text: "while it is away the group has no quorum",
    });
  if (lost.length > 0)
    findings.push({
      severity: "error",
      code: "NO_ROOM_TO_DRAIN",
      subject,
      text: `while it is away nobody else can run ${lost.join(", ")}`,
      hint: "give them another node, or update in a time when they may stop",
      force: "NO_ROOM_TO_DRAIN",
    });
  if (fatal.length > 0) {
    const names = fatal.map(({ failure }) => failure).join(", ");
    const text = `while it is away, the loss of any of ${names} would take the quorum or a workload`;
    findings.push({ severity: "note", code: "STEP_SURVIVES_NO_LOSS", subject, text });
  }
  return findings;
}

// Proves each step of a rollout on the cluster as it runs: what moves where, and what one more loss would do meanwhile (docs/prove.md).
import { DcnError, type Finding } from "../errors/index.js";
import { proveTaken, remembering, type StepProof, type SurvivalGroup, takeStep } from "../survival/index.js";
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

/** Asks the node that has just spoken for the cluster about every node's turn in this order; `standby` are nodes that are out anyway. */
export async function forecast(
  scene: RolloutScene,
  group: SurvivalGroup,
  { order, standby, spoken }: Turns,
): Promise<RolloutForecast> {
  const { transport, signal } = scene;
  const options = {
    group,
    live: true,
    spoken,
    withNodes: <Result>(work: (ways: { transport: typeof transport; admin: undefined }) => Promise<Result>) =>
      work({ transport, admin: undefined }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await withScheduler(options, async (seen, { ask }) => {
      // Each question is a request to a node, and most of a turn's can be foreseen: they go together.
      const asked = remembering(ask);
      const steps: StepForecast[] = [];
      // What one more loss would do while a node is away is asked beside the turns after it, which do not wait for that.
      const proofs: Promise<Finding[]>[] = [];
      let from: StepProof["situation"] | undefined;
      const turns = order.map((node) => turnOf(node, standby));
      for (const [index, { node, drain, leave, come }] of turns.entries()) {
        const following = turns[index + 1];
        const next = [leave, come, ...(following === undefined ? [] : [following.drain])];
        const drained = await takeStep(seen, asked, {
          out: drain,
          next,
          ...(from === undefined ? {} : { from }),
        });
        const away = await takeStep(seen, asked, {
          out: leave,
          from: drained.situation,
          next: next.slice(1),
        });
        const proof = proveTaken(seen, asked, away).then((proved) => findingsOf(node, proved));
        proof.catch(() => undefined);
        proofs.push(proof);
        const back = await takeStep(seen, asked, { out: come, from: away.situation, next: next.slice(2) });
        steps.push({ node, moves: [...drained.moves, ...back.moves] });
        from = back.situation;
      }
      const unread = seen.remarks.map(
        (text): Finding => ({ severity: "note", code: "STEP_VOTES_ASSUMED", text }),
      );
      return { steps, findings: [...(await Promise.all(proofs)).flat(), ...unread] };
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

interface Turns {
  readonly order: readonly string[];
  readonly standby: readonly string[];
  readonly spoken: { readonly node: string; readonly cib: string };
}

/** A turn's three steps. The node is drained first and leaves then, so that what it runs moves and is not lost. */
function turnOf(node: string, standby: readonly string[]) {
  const others = standby.filter((name) => name !== node);
  return {
    node,
    drain: { standby: [...others, node], down: [] },
    leave: { standby: others, down: [node] },
    come: { standby: others, down: [] },
  };
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

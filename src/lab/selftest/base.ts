// A real run with everything in it that a recording can hold: a second apply, a node that loses its power, and its way back.

import { heartbeatWorkload } from "../group-profile.js";
import type { QuickstartProduct } from "../quickstart.js";
import { startRecorder } from "../recorder/recorder.js";
import type { RecorderRequest } from "../recorder/request.js";
import type { Hands } from "./hands.js";

/** How long looks may disagree about the DC in this run, so that a planted disagreement shows within it. */
const DC_WITHIN_MS = 15_000;

interface RealRun extends Pick<RecorderRequest, "paths" | "logFile"> {
  readonly product: QuickstartProduct;
  readonly onStep: (text: string) => void;
}

/** Records it. Every invariant is observed in it, and has to hold. */
export async function recordRealRun(hands: Hands, run: RealRun): Promise<void> {
  const { paths, logFile, product, onStep } = run;
  onStep("recording a real run: a second apply, and the node that runs the workload loses its power");
  const recorder = await startRecorder({
    paths,
    logFile,
    limits: { dcWithinMs: DC_WITHIN_MS, statementWithinMs: 2_000 },
    bounds: { [heartbeatWorkload]: 60_000 },
  });
  try {
    await hands.property("foreign-note", "somebody else's");
    await recorder.look();
    recorder.mark({ what: "plan", allowed: [], nodesOut: 0 });
    recorder.mark({ what: "apply", phase: "begin", changes: 0 });
    await product.apply(paths.profile);
    await recorder.look();
    recorder.mark({ what: "apply", phase: "end", changes: 0 });
    recorder.mark({ what: "statement", said: "ok", about: heartbeatWorkload });
    const holder = await hands.holder();
    const moves = ["start", "stop"] as const;
    recorder.mark({
      what: "plan",
      allowed: [
        ...moves.map((action) => ({ resource: heartbeatWorkload, action })),
        { action: "fence", node: holder },
      ],
      nodesOut: 0,
    });
    recorder.mark({ what: "fault", fault: "power-off", target: holder });
    const since = hands.now();
    recorder.mark({ what: "bit", evidence: await hands.fault("power-off", holder) });
    recorder.mark({ what: "statement", said: "trouble", about: holder });
    recorder.mark({ what: "lost", about: `a command on ${holder}`, taken: "unknown" });
    await hands.startedSince(since);
    recorder.mark({ what: "heal" });
    await hands.restore();
    recorder.mark({ what: "healed" });
    await hands.sleep(DC_WITHIN_MS + 5_000);
    recorder.mark({ what: "statement", said: "ok", about: heartbeatWorkload });
    recorder.mark({ what: "withdrawn", name: "foreign-note" });
    await hands.property("foreign-note");
    await hands.sleep(2_500);
    await recorder.look();
    recorder.mark({ what: "end" });
  } finally {
    await recorder.stop();
  }
}

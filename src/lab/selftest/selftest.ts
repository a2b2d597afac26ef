// The observer's self-test: a check that has never failed is no check, so each invariant is broken once and has to be seen broken.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  formatLogEntry,
  type InvariantId,
  invariantIds,
  judge,
  type LogEntry,
  plantedInLog,
  readDrillLog,
  type Verdict,
} from "../../drill/index.js";
import { systemClock } from "../../time/index.js";
import type { LabPaths } from "../paths.js";
import type { QuickstartProduct } from "../quickstart.js";
import { startRecorder } from "../recorder/recorder.js";
import { recordRealRun } from "./base.js";
import { Hands } from "./hands.js";
import { type LivePlant, livePlants } from "./live.js";

/** A self-test on a lab that is up and whose group was applied. */
export interface SelftestRequest {
  readonly paths: LabPaths;
  readonly nodes: readonly string[];
  readonly product: QuickstartProduct;
  readonly only: readonly InvariantId[];
  /** Folder of the logs; they stay. */
  readonly folder: string;
  readonly onStep: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What came of one planted violation. */
export interface PlantResult {
  readonly id: InvariantId;
  readonly how: string;
  readonly where: "on live nodes" | "in the recording of a real run";
  /** Whether its invariant was seen violated, and none but it and those that go with it. */
  readonly tripped: boolean;
  readonly alongside: readonly InvariantId[];
  readonly violated: readonly InvariantId[];
  readonly seconds: number;
  readonly log: string;
}

/** What the whole showed. */
export interface SelftestReport {
  readonly plants: readonly PlantResult[];
  /** The verdict on the real run whose recording was altered, unaltered; absent where none was needed. */
  readonly unaltered?: Verdict;
  readonly good: boolean;
}

/** Runs it. The lab is as it was afterwards, as far as a cluster can be. */
export async function selftest(request: SelftestRequest): Promise<SelftestReport> {
  const { paths, nodes, product, folder, signal, onStep } = request;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hands = new Hands({ paths, clock: systemClock, nodes });
  await hands.restore();
  const plants: PlantResult[] = [];
  const tell = (result: PlantResult): void => {
    plants.push(result);
    onStep(describePlant(result));
  };
  const wanted = (id: InvariantId): boolean => request.only.includes(id);
  for (const [id, plant] of Object.entries(livePlants) as [InvariantId, LivePlant][]) {
    if (!wanted(id)) continue;
    signal.throwIfAborted();
    tell(await plantLive(id, plant, { request, hands }));
  }
  const recorded = invariantIds.filter((id) => wanted(id) && plantedInLog[id] !== undefined);
  let unaltered: Verdict | undefined;
  if (recorded.length > 0) {
    signal.throwIfAborted();
    const file = await freshLog(folder, "real-run");
    await recordRealRun(hands, { paths, logFile: file, product, onStep });
    const { entries } = readDrillLog(await readFile(file, "utf8"));
    unaltered = judge(entries);
    for (const id of recorded) tell(await plantRecorded(id, entries, folder));
  }
  const good = plants.every(({ tripped }) => tripped) && (unaltered?.violated ?? []).length === 0;
  return { plants, ...(unaltered === undefined ? {} : { unaltered }), good };
}

async function plantLive(
  id: InvariantId,
  plant: LivePlant,
  { request, hands }: { request: SelftestRequest; hands: Hands },
): Promise<PlantResult> {
  const started = systemClock.nowMs();
  const logFile = await freshLog(request.folder, id);
  const recorder = await startRecorder({ paths: request.paths, logFile, ...plant.record });
  try {
    // What was there before has to be in the log before the first mark.
    await recorder.look();
    await plant.plant(hands, recorder);
    await recorder.look();
    recorder.mark({ what: "end" });
  } finally {
    await recorder.stop();
    await plant.undo?.(hands);
    await hands.restore();
  }
  const { violated } = judge(readDrillLog(await readFile(logFile, "utf8")).entries);
  const alongside = plant.alongside ?? [];
  return {
    id,
    how: plant.how,
    where: "on live nodes",
    alongside,
    ...outcome(id, alongside, violated),
    seconds: (systemClock.nowMs() - started) / 1000,
    log: logFile,
  };
}

async function plantRecorded(
  id: InvariantId,
  real: readonly LogEntry[],
  folder: string,
): Promise<PlantResult> {
  const planted = plantedInLog[id];
  const log = await freshLog(folder, id);
  const entries = planted?.plant(real) ?? [];
  await writeFile(log, entries.map(formatLogEntry).join(""), { mode: 0o600 });
  const { violated } = judge(readDrillLog(await readFile(log, "utf8")).entries);
  return {
    id,
    how: planted?.how ?? "",
    where: "in the recording of a real run",
    alongside: [],
    ...outcome(id, [], violated),
    seconds: 0,
    log,
  };
}

function outcome(
  id: InvariantId,
  alongside: readonly InvariantId[],
  violated: readonly InvariantId[],
): Pick<PlantResult, "tripped" | "violated"> {
  const strangers = violated.filter((one) => one !== id && !alongside.includes(one));
  return { tripped: violated.includes(id) && strangers.length === 0, violated };
}

async function freshLog(folder: string, name: string): Promise<string> {
  const file = join(folder, `${name}.jsonl`);
  await rm(file, { force: true });
  return file;
}

/** One line: what was planted and what was seen. */
export function describePlant(result: PlantResult): string {
  const { id, how, where, violated, tripped, seconds } = result;
  const seen = violated.length === 0 ? "nothing" : violated.join(", ");
  const time = seconds > 0 ? ` (${seconds.toFixed(1)} s)` : "";
  return `${id.padEnd(3)} ${tripped ? "tripped" : "DID NOT TRIP AS IT MUST"}: ${how}, planted ${where}; seen: ${seen}${time}`;
}

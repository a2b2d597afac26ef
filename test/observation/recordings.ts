// Recordings of other people's nodes (DCN_HA_CORPUS); tests that need them say so where they are not there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OsObservation } from "../../src/observation/index.js";

/** Their folder. */
export const corpus = process.env["DCN_HA_CORPUS"] ?? "";

/** Whether there are recordings. */
export const there = existsSync(join(corpus, "bootc-status"));
if (!there) console.warn("corpus tests of updaters are skipped: DCN_HA_CORPUS names no folder with them");

/** The text of one. */
export const recorded = (file: string): string => readFileSync(join(corpus, file), "utf8");

/** States in the order of an observation. */
export const states = (observation: OsObservation | undefined): string[] =>
  observation?.deployments.map(({ state }) => state) ?? [];

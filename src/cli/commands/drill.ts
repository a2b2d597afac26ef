// `dcn-ha drill …`: what a cluster really did, watched from outside and judged from the log of it (docs/invariants.md).
import type { CommandDefinition } from "../command.js";
import { judgeVerb } from "../drill-judge.js";
import { observeVerb } from "../drill-observe.js";
import { selftestVerb } from "../drill-selftest.js";

export const command: CommandDefinition = {
  summary: "watches a cluster from outside its nodes, and judges what it saw",
  subcommands: {
    observe: observeVerb,
    judge: judgeVerb,
    selftest: selftestVerb,
  },
};

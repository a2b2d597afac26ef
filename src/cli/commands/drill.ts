// `dcn-ha drill …`: faults in earnest, in the lab or on real machines, watched from outside and judged from what was seen (docs/drills.md).
import type { CommandDefinition } from "../command.js";
import { judgeVerb } from "../drill-judge.js";
import { list } from "../drill-list.js";
import { observeVerb } from "../drill-observe.js";
import { report } from "../drill-report.js";
import { run } from "../drill-run.js";
import { selftestVerb } from "../drill-selftest.js";

export const command: CommandDefinition = {
  summary: "breaks groups in earnest, watches from outside, and shows whether they heal as promised",
  subcommands: {
    list,
    run,
    report,
    observe: observeVerb,
    judge: judgeVerb,
    selftest: selftestVerb,
  },
};

// `dcn-ha drill …`: faults in earnest, in the lab or on real machines, with a verdict from outside (docs/drills.md).
import type { CommandDefinition } from "../command.js";
import { list } from "../drill-list.js";
import { report } from "../drill-report.js";
import { run } from "../drill-run.js";

export const command: CommandDefinition = {
  summary: "breaks groups in earnest and shows whether they heal as promised",
  subcommands: { list, run, report },
};

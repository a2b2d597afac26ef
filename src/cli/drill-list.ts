// `dcn-ha drill list`: which drills there are, and what each is about.
import type { CommandDefinition } from "./command.js";
import { drillsOption, loadDrills } from "./drill-library.js";
import { exitCodes } from "./trouble.js";

/** The verb. */
export const list: CommandDefinition = {
  summary:
    "lists the drills: what each breaks, what has to come of it, which rows of the catalogue it covers",
  options: [drillsOption, { flags: "--core", help: "only the ten core ones" }],
  examples: ["dcn-ha drill list", "dcn-ha drill list --core --json"],
  run: async (call) => {
    const core = call.options.flag("core");
    const drills = (await loadDrills(call)).filter(({ value }) => !core || value.core === true);
    const rows = drills.map(({ name, value }) => ({
      name,
      summary: value.summary,
      core: value.core === true,
      rows: value.rows ?? [],
      tests: value.tests ?? [],
    }));
    const width = Math.max(0, ...rows.map(({ name }) => name.length));
    const lines = rows.map((row) => {
      const about = [...row.rows.map(String), ...row.tests].join(" ");
      return `${row.core ? "*" : " "} ${row.name.padEnd(width)}  ${about.padEnd(9)}  ${row.summary}`;
    });
    const covered = new Set(rows.flatMap((row) => row.rows)).size;
    call.output.answer(rows, [...lines, `${rows.length} drills, ${covered} rows; * core`].join("\n"));
    return exitCodes.done;
  },
};

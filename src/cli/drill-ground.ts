// The ground of `drill run`: the lab of --name, or the machines of --group.
import type { DrillGround } from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import type { Call } from "./command.js";
import { withConnection } from "./connection.js";
import { logFolder } from "./drill-results.js";
import { loadGroup } from "./group.js";
import { pathsFor } from "./lab-call.js";

/** Opens the ground for one command. Throws DcnError usage DRILL_GROUND where both are named, refused DRILL_REFUSED for machines that must not be broken now. */
export async function withDrillGround(
  call: Call,
  work: (ground: DrillGround) => Promise<number>,
): Promise<number> {
  const { options } = call;
  const group = options.text("group");
  if (group === undefined) return inLab(call, work);
  if (options.text("name") !== undefined)
    throw new DcnError("usage", "DRILL_GROUND", "--name and --group do not go together", {
      hint: "a lab, or the machines of a group",
    });
  return onMachines(call, group, work);
}

/** Real nodes die: only for who has typed the group's name twice, on a group that is well, with its lock in our hands. */
async function onMachines(
  call: Call,
  word: string,
  work: (ground: DrillGround) => Promise<number>,
): Promise<number> {
  const { thisController } = await import("../apply/index.js");
  const { systemClock } = await import("../time/index.js");
  const { GroupGround, requireDrillable, withGroupLock } = await import("../workflows/index.js");
  const group = await loadGroup({ ...call, arguments: [word] });
  if (call.options.text("yes-break") !== group.name) {
    const text = `drills fence nodes of ${group.name} and move its workloads, in earnest`;
    throw new DcnError("refused", "DRILL_NOT_CONFIRMED", text, { hint: `say --yes-break ${group.name}` });
  }
  const nodes = group.nodes.map(({ name }) => name);
  const { signal } = call;
  return withConnection(group, async ({ transport }) => {
    const options = { group, transport, clock: systemClock };
    await requireDrillable(options, { ours: false });
    const controller = await thisController();
    const lock = { group: group.name, transport, nodes, purpose: "drill run", step: "drilling", controller };
    return withGroupLock({ ...lock, clock: systemClock, signal }, async () => {
      // Whoever had the lock until now may have left a node out.
      await requireDrillable(options, { ours: true });
      const ground = new GroupGround(options);
      try {
        return await work(ground);
      } finally {
        await ground.close();
      }
    });
  });
}

async function inLab(call: Call, work: (ground: DrillGround) => Promise<number>): Promise<number> {
  const { labGround } = await import("../lab/index.js");
  const { observeStatus } = await import("../workflows/index.js");
  const paths = await pathsFor(call);
  const group = await loadGroup({ ...call, arguments: [paths.profile] });
  return withConnection(group, async ({ transport }) => {
    const status = async () => {
      const seen = await observeStatus({ group, transport });
      const online = seen.nodes.filter(({ state }) => state === "online").map(({ name }) => name);
      return { dc: seen.dc?.name, online, troubles: seen.troubles, failures: seen.failures };
    };
    const product = {
      status,
      timing: group.timing,
      group: group.name,
      program: [process.execPath, process.argv[1] ?? ""],
      logFolder: logFolder(group.name),
    };
    return work(await labGround(paths, product));
  });
}

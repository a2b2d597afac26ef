// Violations planted on live nodes: for each invariant the mutation that has to trip it (docs/invariants.md).
import { randomBytes } from "node:crypto";
import type { InvariantId } from "../../drill/index.js";
import { heartbeatWorkload } from "../group-profile.js";
import type { Recorder, RecorderRequest } from "../recorder/request.js";
import type { Hands } from "./hands.js";

/** One of them. */
export interface LivePlant {
  readonly how: string;
  /** Invariants that cannot but be violated with it. */
  readonly alongside?: readonly InvariantId[];
  /** More for the recorder. */
  readonly record?: Partial<Pick<RecorderRequest, "bounds" | "canaries">>;
  /** Does it while the recorder runs; what it needs before that, or has to undo, is its own. */
  readonly plant: (hands: Hands, recorder: Recorder) => Promise<void>;
  /** Undone after the recording has ended. */
  readonly undo?: (hands: Hands) => Promise<void>;
}

const cibFile = "/var/lib/pacemaker/cib/cib.xml";
const canary = `canary-${randomBytes(8).toString("hex")}`;
const shm = "/dev/shm/qb-99998-99999-1-selftest";

/** Long enough for two looks at each node. */
const LOOKS_MS = 2_500;

async function withoutFencing(hands: Hands): Promise<void> {
  await hands.property("stonith-enabled", "false");
  await hands.property("no-quorum-policy", "ignore");
}

async function fencingAgain(hands: Hands): Promise<void> {
  await hands.heal();
  await hands.settle();
  await hands.property("no-quorum-policy", "stop");
  await hands.property("stonith-enabled", "true");
  await hands.sleep(1_000);
}

/** As a person would, and waits until it is there again. */
async function restartWorkload(hands: Hands): Promise<void> {
  const words = ["--restart", "-r", heartbeatWorkload, "-T", "40s"];
  await hands.run(await hands.holder(), "crm_resource", ...words);
  await hands.holder();
  await hands.sleep(LOOKS_MS);
}

/** In the order in which they are planted. */
export const livePlants: Readonly<Partial<Record<InvariantId, LivePlant>>> = {
  I4: {
    how: "two nodes are put into standby",
    plant: async (hands) => {
      const others = await hands.others();
      for (const node of others) await hands.standby(node, true);
      await hands.sleep(LOOKS_MS);
      for (const node of others) await hands.standby(node, false);
      await hands.sleep(LOOKS_MS);
    },
  },
  I5: {
    how: "a section is replaced by what it was before somebody else changed it",
    plant: async (hands) => {
      const [node = ""] = await hands.others();
      await hands.script(node, "cibadmin -Q -o crm_config >/run/selftest-before.xml");
      await hands.property("foreign-note", "kept");
      await hands.sleep(LOOKS_MS);
      await hands.script(node, "cibadmin --replace -o crm_config --xml-file /run/selftest-before.xml");
      await hands.sleep(LOOKS_MS);
    },
  },
  I6: {
    how: "a node is left in standby",
    plant: async (hands) => {
      const [node = ""] = await hands.others();
      await hands.standby(node, true);
      await hands.sleep(LOOKS_MS);
    },
    undo: async (hands) => {
      for (const node of hands.nodes) await hands.standby(node, false);
    },
  },
  I7: {
    how: "a change is sent in two parts",
    plant: async (hands, recorder) => {
      recorder.mark({ what: "apply", phase: "begin", changes: 1 });
      await hands.property("selftest-first", "1");
      await hands.sleep(1_500);
      await hands.property("selftest-second", "2");
      await hands.sleep(LOOKS_MS);
      recorder.mark({ what: "apply", phase: "end", changes: 1 });
    },
    undo: async (hands) => {
      await hands.property("selftest-first");
      await hands.property("selftest-second");
    },
  },
  I8: {
    how: "the file of the configuration is edited on one node",
    plant: async (hands) => {
      const [node = ""] = await hands.others();
      await hands.script(node, `cp -p ${cibFile} /run/selftest-cib.xml`);
      await hands.script(node, `sed -i 's/<crm_config>/<crm_config><!-- --><edited\\/>/' ${cibFile}`);
      await hands.sleep(LOOKS_MS);
      await hands.script(node, `cp -p /run/selftest-cib.xml ${cibFile}`);
      await hands.sleep(LOOKS_MS);
    },
  },
  I10: {
    how: "a workload is restarted that the plan leaves alone",
    plant: async (hands, recorder) => {
      recorder.mark({ what: "plan", allowed: [], nodesOut: 0 });
      await restartWorkload(hands);
    },
  },
  I14: {
    how: "a secret stands in the arguments of a process on a node",
    record: { canaries: [canary] },
    plant: async (hands) => {
      const [node = ""] = await hands.others();
      await hands.script(node, `sleep 1; : ${canary}`);
      await hands.sleep(LOOKS_MS);
    },
  },
  I15: {
    how: "a workload is restarted that was promised to be away for 20 ms at most",
    record: { bounds: { [heartbeatWorkload]: 20 } },
    plant: restartWorkload,
  },
  I16: {
    how: "shared memory stays without its server",
    plant: async (hands) => {
      const [node = ""] = await hands.others();
      await hands.script(node, `mkdir ${shm}`);
      await hands.sleep(LOOKS_MS + 1_000);
    },
    undo: async (hands) => {
      for (const node of hands.nodes) await hands.script(node, `rm -rf ${shm}`);
    },
  },
  I1: {
    how: "fencing is off, quorum does not count, and the node that runs the workload is cut off",
    plant: async (hands, recorder) => {
      await withoutFencing(hands);
      const holder = await hands.holder();
      const since = hands.now();
      recorder.mark({ what: "fault", fault: "cut-node", target: holder });
      recorder.mark({ what: "bit", evidence: await hands.fault("cut-node", holder) });
      await hands.doubleRun(since);
      await hands.sleep(LOOKS_MS);
    },
    undo: fencingAgain,
  },
  I2: {
    how: "fencing is off, quorum does not count, and all nodes but one lose their power",
    plant: async (hands, recorder) => {
      await withoutFencing(hands);
      const holder = await hands.holder();
      const [other = ""] = await hands.others();
      const since = hands.now();
      for (const node of [other, holder]) {
        recorder.mark({ what: "fault", fault: "power-off", target: node });
        recorder.mark({ what: "bit", evidence: await hands.fault("power-off", node) });
      }
      await hands.startedSince(since);
      await hands.sleep(LOOKS_MS + 1_000);
    },
    undo: fencingAgain,
  },
  I3: {
    how: "a BMC says that it has cut the power of a frozen node, and has not",
    // What stands still on a node with power is there: it counts as a second instance, too.
    alongside: ["I1"],
    plant: async (hands, recorder) => {
      const holder = await hands.holder();
      await hands.lyingBmc(holder, true);
      const since = hands.now();
      recorder.mark({ what: "fault", fault: "freeze", target: holder });
      recorder.mark({ what: "bit", evidence: await hands.fault("freeze", holder) });
      await hands.startedSince(since);
      await hands.sleep(LOOKS_MS);
    },
    undo: async (hands) => {
      for (const node of hands.nodes) await hands.lyingBmc(node, false);
      await hands.heal();
    },
  },
  I11: {
    how: "a node is fenced twice for one fault",
    plant: async (hands, recorder) => {
      const [node = "", other = ""] = await hands.others();
      recorder.mark({ what: "fault", fault: "fence", target: node });
      const fence = () => hands.run(other, "stonith_admin", "--reboot", node, "--timeout", "30");
      await fence();
      await hands.sleep(1_500);
      await fence();
    },
  },
};

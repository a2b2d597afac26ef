import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../src/time/index.js";
import { describeEvent } from "../../src/timeline/index.js";
import type { Transport } from "../../src/transport/index.js";
import { monitorGroup } from "../../src/workflows/index.js";
import { modelOf } from "./model.js";

const NAMES = ["dcn1", "dcn2", "dcn3"];
const QUORATE = "Quorum information\n------------------\nQuorate:          Yes\n";

type States = Readonly<Record<string, string>>;
const STATES: States = {
  online: 'online="true" pending="false" unclean="false"',
  offline: 'online="false" pending="false" unclean="false"',
  pending: 'online="true" pending="true" unclean="false"',
  unclean: 'online="true" pending="false" unclean="true"',
};

/** What crm_mon says; without a DC it is the view of a node that the cluster has not taken in yet. */
function crmMon(states: States, dc: string | undefined): string {
  const leader = dc === undefined ? 'present="false"' : `present="true" name="${dc}" with_quorum="true"`;
  const nodes = Object.entries(states).map(
    ([name, state]) => `<node name="${name}" ${STATES[state] ?? ""}/>`,
  );
  const running = '<node name="dcn1" id="1" cached="true"/>';
  const plc = `<resource id="plc" resource_agent="ocf:pacemaker:Dummy" role="Started" active="true" failed="false">${running}</resource>`;
  return `<pacemaker-result><summary><current_dc ${leader}/></summary><nodes>${nodes.join("")}</nodes><resources>${plc}</resources><status code="0"/></pacemaker-result>`;
}

/** The helper's answer to what `observeView` asks. */
function answers(mon: string): string {
  const frames = [
    ["hello", "dcn-ha helper 1\n"],
    ["status-cluster", mon],
    ["status-quorum", QUORATE],
    ["status-links", ""],
    ["end", ""],
  ] as const;
  return frames.map(([verb, out]) => `${verb} 0 ${Buffer.byteLength(out)} 0\n${out}`).join("");
}

// Seen on Debian 12: for about two seconds after corosync, Pacemaker on a rebooted node calls its peers unclean.
test("a node that joins tells no tales about its peers", async () => {
  const ends = new AbortController();
  let looks = 0;
  const transport: Transport = {
    exec: async (node, { argv }) => {
      if (node === "dcn1") looks += 1;
      const joins = looks > 2;
      if (node !== "dcn3") await delay(15);
      const own = { dcn1: "unclean", dcn2: "unclean", dcn3: "pending" };
      const theirs = { dcn1: "online", dcn2: "online", dcn3: joins ? "pending" : "offline" };
      const mon = node === "dcn3" && joins ? crmMon(own, undefined) : crmMon(theirs, "dcn1");
      const facts = { exitCode: 0, signal: null, stderr: "", durationMs: 1, timedOut: false, lost: false };
      return { node, argv, stdout: answers(mon), ...facts };
    },
    close: () => Promise.resolve(),
  };
  const group = { model: modelOf(NAMES), timing: { tokenMs: 1000, consensusMs: 1200 } };
  const told: string[] = [];
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on("warning", onWarning);
  setTimeout(() => ends.abort(), 400);
  for await (const news of monitorGroup({
    group,
    transport,
    clock: systemClock,
    intervalMs: 5,
    signal: ends.signal,
  }))
    if (news.kind !== "refused") told.push(news.kind === "found" ? "found" : describeEvent(news.event));
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
  expect(looks).toBeGreaterThan(4);
  expect(told).toEqual(["found", "node dcn3 is joining"]);
});

import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../src/time/index.js";
import { describeEvent } from "../../src/timeline/index.js";
import type { Transport } from "../../src/transport/index.js";
import { monitorGroup } from "../../src/workflows/index.js";
import { modelOf } from "./model.js";
import { answers, crmMon } from "./views.js";

const NAMES = ["dcn1", "dcn2", "dcn3"];
/** So many looks, however long they take, are enough for a tale. */
const ENOUGH = 8;

// Seen on Debian 12: for about two seconds after corosync, Pacemaker on a rebooted node calls its peers unclean.
test("a node that joins tells no tales about its peers", async () => {
  const ends = new AbortController();
  let looks = 0;
  const transport: Transport = {
    exec: async (node, { argv }) => {
      if (node === "dcn1") looks += 1;
      if (looks > ENOUGH) ends.abort();
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
  expect(looks).toBeGreaterThan(ENOUGH);
  expect(told).toEqual(["found", "node dcn3 is joining"]);
});

// The pages for the one on call are right: their symptom is made in the lab, `dcn-ha status` says what they quote, and what they
// say to type mends it. Two of them here, all of them in a soak.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { Lab, noLab } from "./lab.js";
import { play, readPage } from "./on-call-page.js";

const nodes = ["dcn1", "dcn2", "dcn3"];
const folder = fileURLToPath(new URL("../../docs/on-call/", import.meta.url));
const quick = ["link-down.md", "left-in-standby.md"];
/** Pages by name, for whoever writes one. */
const only = process.env.DCN_HA_ON_CALL;
const pages = readdirSync(folder)
  .filter((page) => readPage(readFileSync(folder + page, "utf8")).length > 0)
  .filter((page) =>
    only === undefined
      ? process.env.DCN_HA_SOAK !== undefined || quick.includes(page)
      : only.split(",").includes(page),
  );

describe.skipIf(noLab !== undefined)("a page for the one on call", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up("on-call");
    const run = await lab.apply();
    expect(run.exitCode, run.stderr).toBe(0);
    await lab.settled(nodes);
  });
  afterAll(() => lab.down());
  it.each(pages)("%s", async (page) => {
    // A page that is wrong must not make the next one red.
    onTestFailed(async () => {
      await lab.lab("heal");
      await lab.settled(nodes).catch(() => undefined);
    });
    await play(lab, readPage(readFileSync(folder + page, "utf8")));
    // Whatever the page left out, nothing of it may be left, and the group must be whole without our help.
    expect((await lab.lab("heal")).stdout.trim()).toBe("nothing to heal");
    const status = await lab.settled(nodes);
    expect(status.troubles).toEqual([]);
    expect((await lab.truth()).doubleRuns).toEqual([]);
  });
});

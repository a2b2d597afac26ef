// What `read-image` and `compare-image` print: health by the unit that judged, half an answer, and boot order as the helper's own shell sees it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  bootOrder,
  type OsObservation,
  parseBootcStatus,
  parseImageComparison,
  parseImageState,
  parseRpmOstreeStatus,
} from "../../src/observation/index.js";
import { need } from "../golden/tools.js";
import { corpus, recorded, there } from "./recordings.js";

const section = (name: string, text: string): string => `${name} ${Buffer.byteLength(text)}\n${text}`;

function answer(facts: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const { status = "", greenboot = "", words = "" } = more;
  return [
    section("facts", `${facts.join("\n")}\n`),
    section("status", status),
    section("greenboot", greenboot),
    section("boot-status", words),
    section("end", ""),
  ].join("");
}

const unit = (name: string, active: string): string =>
  `unit.${name}=LoadState=loaded ActiveState=${active} SubState=x Result=success`;
const GREEN = "Boot Status is GREEN - Health Check SUCCESS";
const RED = "Boot Status is RED - Health Check FAILURE!";

describe("the verdict on a boot", () => {
  test.each([
    ["green", "greenboot", "active", GREEN],
    ["green", "stand-in", "active", GREEN],
    ["green", "greenboot", "active", ""],
    ["in progress", "greenboot", "activating", ""],
    ["red", "stand-in", "failed", RED],
    ["red", "greenboot", "active", "SYSTEM is UNHEALTHY. Manual intervention necessary."],
    // One generation keeps its words in /etc, over a boot: they are of the boot before.
    ["unknown", "greenboot", "inactive", "Greenboot healthcheck passed - status is GREEN."],
    ["red", "greenboot", "inactive", RED],
    ["none", "none", "inactive", ""],
  ])("%s: %s, %s, %j", (health, kind, active, words) => {
    const name = kind === "stand-in" ? "dcn-ha-greenboot.service" : "greenboot-healthcheck.service";
    expect(parseImageState(answer([`greenboot=${kind}`, unit(name, active)], { words }))?.health).toBe(
      health,
    );
  });

  test("a failed unit tells that finalizing failed, where there is no stamp", () => {
    const state = parseImageState(answer(["boot=1", unit("ostree-boot-complete.service", "failed")]));
    expect(state?.finalizeFailed).toMatch(/failed/);
    expect(parseImageState(answer(["boot=1"]))?.finalizeFailed).toBeUndefined();
  });
});

describe("what is not known stays unknown", () => {
  const whole = answer(["boot=1", "updater=ostree", "free.boot=12"], { status: "No deployments.\n" });

  test("half an answer is none, wherever it was cut", () => {
    expect(parseImageState(whole)).toMatchObject({ updater: "ostree", freeBytes: { boot: 12 } });
    for (let length = 0; length < whole.length; length += 1)
      expect(parseImageState(whole.slice(0, length)), String(length)).toBeUndefined();
    expect(parseImageState(`${whole}more`)).toBeUndefined();
  });

  test("a status of another shape, an updater of another name", () => {
    const state = parseImageState(
      answer(["boot=1", "updater=bootc"], { status: '{"kind":"BootcHost","sta' }),
    );
    expect(state).toMatchObject({ updater: "bootc", os: undefined, freeBytes: { boot: undefined } });
    expect(parseImageState(answer(["updater=another"]))).toMatchObject({ updater: undefined, os: undefined });
  });

  test("a comparison that was cut, and tools that did not run", () => {
    const text =
      "digest=abc\nold.feature-set=3.16.1\nold.crm-verify=0\nnew.architecture=unknown\nnew.modules=unknown\n";
    expect(parseImageComparison(text)).toBeUndefined();
    const found = parseImageComparison(`${text}end=yes\n`);
    expect(found).toMatchObject({
      old: { featureSet: "3.16.1", crmVerify: { exitCode: 0 } },
      signature: "unknown",
    });
    expect(found?.new).toEqual({ missing: [], checks: [], timers: [] });
    expect(found).not.toHaveProperty("etcChanged");
  });
});

/** The on-node helper's own reading of a status: it decides there what may be staged, without us. */
function orderOnNode(updater: "bootc" | "rpm_ostree", status: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-order-"));
  try {
    const parts = join(import.meta.dirname, "../../resources/node/helper");
    const names = readdirSync(parts).filter((name) => name < "90");
    const script = names.map((name) => readFileSync(join(parts, name), "utf8")).join("");
    writeFileSync(join(folder, "status"), status);
    const call = `work=${folder}\n${updater}_order`;
    const run = spawnSync("sh", ["-c", `${script}\n${call}`], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    return run.stdout.trim().split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same from the typed observation. */
function orderHere({ deployments }: OsObservation): string[] {
  return deployments.map(({ state, imageDigest, checksum }) => `${state} ${imageDigest ?? checksum ?? "-"}`);
}

describe.skipIf(!there)("recorded nodes: shell and TypeScript read the same order", () => {
  const files = there ? readdirSync(join(corpus, "bootc-status")) : [];
  test.for(files.filter((file) => file.startsWith("spec-")))("bootc-status/%s", (file, context) => {
    need(context, "python3");
    const text = recorded(`bootc-status/${file}`);
    const json = JSON.stringify(
      file.endsWith(".json") ? JSON.parse(text) : parse(text, { logLevel: "silent" }),
    );
    const os = parseBootcStatus(json);
    const onNode = orderOnNode("bootc", json).map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(onNode.filter((line) => line !== "")).toEqual(
      orderHere(os ?? { updater: "bootc", manages: false, deployments: [] })
        .map((line) => (/ sha256:/.test(line) ? line : `${line.split(" ")[0] ?? ""} -`))
        .map((line) => (os?.rollbackQueued === true ? line.replace(/^rollback/, "pending") : line)),
    );
  });

  test("rpm-ostree-status/zincati-status.json", (context) => {
    need(context, "python3");
    const text = recorded("rpm-ostree-status/zincati-status.json");
    const os = parseRpmOstreeStatus(text);
    if (os === undefined) throw new Error("not read");
    const onNode = orderOnNode("rpm_ostree", text).map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(onNode.map((line) => line.replace(/^other/, "rollback"))).toEqual(orderHere(os));
    expect(bootOrder(os).next).toBeUndefined();
    expect(os.driver).toBe("Zincati");
  });
});

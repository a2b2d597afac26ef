// The cluster's own tools as judges: where one is missing a test says so and is skipped, but never in CI.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";

/** The schema that Debian 12's Pacemaker ends with. */
export const SCHEMA = "/usr/share/pacemaker/pacemaker-3.9.rng";

/** What a tool said. */
export interface Verdict {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Skips the test where a tool or file is missing; with CI=true that is a failure. */
export function need(context: TestContext, ...needed: readonly string[]): void {
  const places = (process.env["PATH"] ?? "").split(":").concat("/usr/sbin", "/sbin");
  const missing = needed.filter((one) =>
    one.startsWith("/") ? !existsSync(one) : places.every((place) => !existsSync(join(place, one))),
  );
  if (missing.length === 0) return;
  if (process.env["CI"] === "true") throw new Error(`missing on this machine: ${missing.join(", ")}`);
  context.skip(`missing on this machine: ${missing.join(", ")}`);
}

/** Skips the test for anybody but root, and says why; with CI=true that is a failure. */
export function needRoot(context: TestContext, why: string): void {
  if (process.getuid?.() === 0) return;
  if (process.env["CI"] === "true") throw new Error(`not root: ${why}`);
  context.skip(`not root: ${why}`);
}

/** `crm_verify` on a CIB; exit code 0 means neither errors nor warnings. */
export function crmVerify(cib: string): Verdict {
  return withFile("cib.xml", cib, (file) => run("crm_verify", ["--xml-file", file, "-V"]));
}

/** The CIB against Pacemaker's RELAX NG schema. */
export function validateSchema(cib: string): Verdict {
  return withFile("cib.xml", cib, (file) => run("xmllint", ["--noout", "--relaxng", SCHEMA, file]));
}

/** `corosync -t`: it wants a key, and this machine among the nodes. */
export function corosyncTest(conf: string): Verdict {
  return withFile("authkey", randomBytes(256), (key) => {
    const here = conf.replace("totem {\n", `totem {\n    keyfile: ${key}\n`).replace(/ring0_addr: .*/, "ring0_addr: 127.0.0.1");
    return withFile("corosync.conf", here, (file) => run("corosync", ["-t", "-c", file]));
  });
}

function run(command: string, args: readonly string[]): Verdict {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, PATH: path }, timeout: 15_000 });
  return { exitCode: status, output: `${stdout}${stderr}` };
}

function withFile<Result>(name: string, content: string | Uint8Array, use: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-test-"));
  try {
    const file = join(folder, name);
    writeFileSync(file, content);
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the scheduler would do, what runs where then, and the CIB after it. */
export interface Simulation {
  readonly actions: readonly string[];
  readonly final: string;
  readonly after: string;
}

/** `crm_simulate --simulate` on a CIB with status, with more options, as an injected failure. */
export function crmSimulate(cib: string, options: readonly string[] = []): Simulation {
  return withFile("cib.xml", cib, (file) => {
    const out = `${file}.after`;
    const { output } = run("crm_simulate", ["-x", file, "-S", "-O", out, ...options]);
    const summary = /Transition Summary:\n([\s\S]*?)\n\nExecuting/.exec(output)?.[1] ?? "";
    const actions = summary.split("\n").map((line) => line.replace(/^\s*\*\s*/, "").trim());
    const final = output.slice(output.indexOf("Revised Cluster Status"));
    return { actions: actions.filter((line) => line !== ""), final, after: readFileSync(out, "utf8") };
  });
}

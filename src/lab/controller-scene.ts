// What faults of a controller work with: its processes, what the lab's cluster holds, and the marks for whoever watches.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Watch } from "../drill/index.js";
import { DcnError } from "../errors/index.js";
import type { Clock } from "../time/index.js";
import { Controller, type Ended } from "./controller-process.js";
import { execInside } from "./inside.js";
import type { LabPaths } from "./paths.js";
import { cibFacts, FOREIGN_PREFIX } from "./recorder/cib-facts.js";

/** What a controller's fault works on. */
export interface ControllerScene {
  readonly paths: LabPaths;
  readonly clock: Clock;
  /** How dcn-ha is started: interpreter and file. */
  readonly program: readonly string[];
  /** A node to ask what the cluster holds. */
  readonly node: string;
  readonly nodes: readonly string[];
  /** Who watches, and is told when applies begin and end; absent where nobody does. */
  readonly watch?: Pick<Watch, "look" | "mark">;
}

/** The effect of a fault, and what of its outcome must not be. */
export interface ControllerOutcome {
  readonly evidence: string;
  readonly complaints: readonly string[];
}

const ATTRIBUTE = "lab-drill";

/** What stands for somebody else's changes, named so that the observer watches over it. */
const FOREIGN = `${FOREIGN_PREFIX}lab-drill`;

/** The file of a profile like the lab's but for an attribute of its first node, which moves nothing. */
export async function variant(scene: ControllerScene, value: string): Promise<string> {
  const group = parse(await readFile(scene.paths.profile, "utf8")) as { nodes: { attributes?: object }[] };
  for (const [at, node] of group.nodes.entries())
    if (at === 0) node.attributes = { ...node.attributes, [ATTRIBUTE]: value };
  const file = join(scene.paths.folder, `drill-${value}.yaml`);
  await writeFile(file, stringify(group));
  return file;
}

/** A dcn-ha process. */
export function start(scene: ControllerScene, ...words: readonly string[]): Controller {
  return new Controller([...scene.program, ...words]);
}

/** What lies on a node's disk follows what its cluster holds only after a while. */
const DISK_MS = 1_000;

/** An apply between its marks, with a look at all nodes on either side: the observer counts what it changes. Nobody else may change anything meanwhile. */
export async function observed(
  { watch, clock }: Pick<ControllerScene, "watch" | "clock">,
  changes: 0 | 1,
  apply: () => Promise<Ended>,
): Promise<Ended> {
  if (watch === undefined) return apply();
  await clock.sleep(DISK_MS);
  await watch.look();
  watch.mark({ what: "apply", phase: "begin", changes });
  const end = await apply();
  await clock.sleep(DISK_MS);
  watch.mark({ what: "apply", phase: "end", changes });
  await watch.look();
  return end;
}

/** What a command says on a node. */
export async function ask(scene: ControllerScene, ...argv: readonly string[]): Promise<string> {
  return (await execInside(scene.paths, scene.node, argv, { timeoutMs: 20_000 })).stdout.trim();
}

/** The attribute as the cluster has it. */
export async function applied(scene: ControllerScene): Promise<string> {
  const words = [
    "--type",
    "nodes",
    "--node",
    scene.nodes[0] ?? "",
    "--name",
    ATTRIBUTE,
    "--query",
    "--quiet",
  ];
  return ask(scene, "crm_attribute", ...words);
}

/** The version of the configuration; undefined where nobody answers. */
export async function epochOf(scene: ControllerScene): Promise<string | undefined> {
  return cibFacts(await ask(scene, "cibadmin", "--query", "--local"))?.epoch;
}

/** Whether somebody's lock lies in the CIB. */
export async function lockHeld(scene: ControllerScene): Promise<boolean> {
  const xml = await ask(scene, "cibadmin", "--query", "--local", "--xpath", "//nvpair[@name='dcn-ha-lock']");
  return /value="(?!free)[^"]+/.test(xml);
}

/** Changes the cluster as somebody else would. */
export async function foreign(scene: ControllerScene, value: string): Promise<void> {
  await ask(scene, "crm_attribute", "--type", "crm_config", "--name", FOREIGN, "--update", value);
}

/** What of it the cluster has; empty where it is gone. */
export function foreignValue(scene: ControllerScene): Promise<string> {
  return ask(scene, "crm_attribute", "--type", "crm_config", "--name", FOREIGN, "--query", "--quiet");
}

/** Takes it back, and says so. */
export async function withdrawForeign(scene: ControllerScene): Promise<void> {
  scene.watch?.mark({ what: "withdrawn", name: FOREIGN });
  await ask(scene, "crm_attribute", "--type", "crm_config", "--name", FOREIGN, "--delete");
}

/** The error of a fault whose effect could not be seen. */
export function withoutEffect(text: string): DcnError {
  return new DcnError(
    "failed",
    "FAULT_WITHOUT_EFFECT",
    `controller was done, but its effect did not show: ${text}`,
  );
}

/** How a process ended, as a person reads it. */
export function said({ exitCode, signal, stderr }: Ended): string {
  return `${exitCode ?? signal ?? "?"}: ${stderr.trim().split("\n").slice(-2).join(" ")}`;
}

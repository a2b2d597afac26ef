// A device with an image of the library's example set: a sandbox node with the folder that its image has, and what first boot asks.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { graphOf, plant } from "../image/plant.js";
import { createSandbox, type Sandbox, type SandboxNode } from "../sandbox/sandbox.js";

const PROGRAM = readFileSync(join(import.meta.dirname, "../../resources/node/first-boot"), "utf8");
const NEEDS = ["bmc-hmi-01", "bmc-det-01", "bmc-gw-01"];
/** A key as long as corosync wants it. */
export const KEY = "k".repeat(256);
const edited = (text: string, node: SandboxNode): string =>
  text
    .replace(/^root=''$/m, `root='${node.root}'`)
    .replaceAll("/proc/sys/kernel/hostname", `${node.root}/hostname`)
    .replace(/^PATH=.*$/m, `PATH=${node.root}/stubs:/usr/sbin:/usr/bin:/sbin:/bin`);

let sandbox: Sandbox | undefined;

/** Ends the sandbox of the last device. */
export async function closeDevice(): Promise<void> {
  await sandbox?.close();
}

/** One device. */
export class Device {
  constructor(readonly node: SandboxNode) {}

  tool(name: string, body: string): this {
    this.node.write(`stubs/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(join(this.node.root, "stubs", name), 0o755);
    return this;
  }

  addresses(...lines: readonly string[]): this {
    return this.tool("ip", lines.map((line) => `echo '${line}'`).join("\n") || ":");
  }

  secrets(folder: string, prefix: string, names: readonly string[] = NEEDS): this {
    this.node.write(`${folder}/${prefix}corosync-authkey`, KEY);
    for (const name of names) this.node.write(`${folder}/${prefix}${name}`, `secret of ${name}`);
    return this;
  }

  boot(): { readonly status: number | null; readonly said: string } {
    const run = spawnSync("sh", ["-s"], { input: edited(PROGRAM, this.node), encoding: "utf8" });
    return { status: run.status, said: `${run.stdout}${run.stderr}`.trim() };
  }

  /** One verb of the helper; its exit code and what it says. */
  ask(verb: string, payload = ""): readonly [number, string] {
    const input = `hello 1\n1${verb} ${Buffer.byteLength(payload)}\n${payload}end 0\n`;
    const helper = join(this.node.root, "usr/local/lib/dcn-ha/helper");
    const run = spawnSync("sh", [helper], { input, encoding: "utf8" });
    const [, , head = "", ...rest] = run.stdout.split("\n");
    return [Number(head.split(" ")[1]), `${rest.join("\n")}${run.stderr}`.replace(/end 0 0 0\n$/, "")];
  }

  /** Has the helper keep what it is asked from now on: the verbs in order, each file with its name. */
  requests(): () => string[] {
    const helper = join(this.node.root, "usr/local/lib/dcn-ha/helper");
    renameSync(helper, `${helper}.own`);
    writeFileSync(helper, `#!/bin/sh\ntee -a ${this.node.root}/requests | sh ${helper}.own\n`);
    chmodSync(helper, 0o755);
    const verb = /(install-file) \d+\n(.*)$|((?:set|seed|enable)-[a-z]+) \d+$/gm;
    return () =>
      [...(this.node.read("requests") ?? "").matchAll(verb)].map(([, file, name, other]) =>
        file === undefined ? (other ?? "") : `${file} ${name ?? ""}`,
      );
  }

  banner(): string | undefined {
    return this.node.read("run/motd.d/50-dcn-ha-first-boot");
  }

  started(): boolean {
    return this.node.read("units/pacemaker.service.active") !== undefined;
  }
}

/** A device with an image of the role `hmi` at site 1, that has all it needs. */
export async function device(role = "hmi", edit?: (text: string, file: string) => string): Promise<Device> {
  sandbox = createSandbox(["hmi-01"]);
  const [node] = sandbox.nodes as [SandboxNode];
  const graph = await graphOf(await plant(edit));
  const layer = graph.layers.find(({ address }) => address === `role/${role}/site/site-1`);
  for (const file of layer?.files ?? []) {
    if (!("content" in file) || !file.path.startsWith("/usr/lib/dcn-ha/image/")) continue;
    const target = join(node.root, file.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.content);
  }
  const image = { schema: 1, role, site: "site-1", builtAt: 1_000 };
  node.write("usr/lib/dcn-ha/image/image.json", `${JSON.stringify(image, undefined, 2)}\n`);
  const helper = "usr/local/lib/dcn-ha/helper";
  node.write(helper, edited(node.read(helper) ?? "", node));
  chmodSync(join(node.root, helper), 0o755);
  return new Device(node)
    .addresses(
      "2: eth0    inet 10.1.0.11/24 scope global eth0",
      "3: eth1    inet 10.1.1.11/24 scope global eth1",
    )
    .tool("arping", "exit 0")
    .tool("hostname", `echo "$1" >${node.root}/hostname`)
    .secrets("run/credentials/@system", "dcn-ha.");
}

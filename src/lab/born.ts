// Devices that boot images of a set: their own names, addresses and BMC addresses as their group says, and the secrets that
// their site provides. Nothing of dcn-ha is done to them; what forms their cluster is in the image (docs/images.md).
import { randomBytes } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { DcnError } from "../errors/index.js";
import type { DocumentOf, ProfileDocument, ResolvedGroup, ResolvedImageSet } from "../profile/index.js";
import { onHost } from "./host.js";
import type { LabPaths } from "./paths.js";
import { labSsh } from "./profile-parts.js";
import { addressOf, type BornShape, type LabNode, type LabOs, type LabSpec } from "./spec.js";
import { firstDeployment } from "./sysroot.js";

/** What `lab up --images` starts from. */
export interface Births {
  readonly set: ResolvedImageSet;
  /** The documents of the set's groups, to be written anew with the lab's logins. */
  readonly documents: readonly ProfileDocument[];
  /** Folder of the repository where the images are published, the channel in it, and the keys that they are verified by. */
  readonly repository: string;
  readonly channel: string | undefined;
  readonly keys: string | undefined;
  /** Devices that exist twice: a copy has the name and the addresses of the first. */
  readonly copies: readonly string[];
  /** Leave them switched off. */
  readonly off: boolean;
}

const REF = "dcn/{role}/{site}";
const OSES: Readonly<Record<string, LabOs>> = { bookworm: "debian12", trixie: "debian13" };

/** What a lab must have for the devices of an image set. Throws DcnError `usage` LAB_IMAGES where no lab can have it. */
export function bornShape({ set, repository, channel, keys, copies }: Births): BornShape {
  const { value } = set;
  const os = OSES[value.base.debian ?? ""];
  const sites = set.sites.flatMap((site) => site.groups.map((group) => ({ site: site.name, group })));
  if (os === undefined) throw fault(`its base is none of Debian ${Object.keys(OSES).join(", ")}`);
  if (sites.length === 0) throw fault("its sites have no groups");
  const nodes = sites.flatMap(({ site, group }) =>
    group.nodes.map((node) => {
      const role = node.attributes["role"];
      if (role === undefined) throw fault(`the node ${node.name} says no role, so that it has no image`);
      const ref = (value.ostree?.ref ?? REF).replaceAll("{role}", role).replaceAll("{site}", site);
      const bmc = bmcOf(group, node.name);
      return {
        name: node.name,
        hostname: node.name,
        group: group.name,
        ref: channel === undefined ? ref : `${channel}/${ref}`,
        addresses: node.addresses,
        ...(bmc === undefined ? {} : { bmc }),
      };
    }),
  );
  const names = nodes.map(({ name }) => name);
  if (new Set(names).size < names.length) throw fault("two of its groups have a node of the same name");
  const unknown = copies.find((name) => !names.includes(name));
  if (unknown !== undefined) throw fault(`there is no device ${unknown}, but ${names.join(", ")}`);
  const twins = nodes
    .filter(({ name }) => copies.includes(name))
    .map(({ name, hostname, group, ref, addresses }) => ({
      name: `${name}-copy`,
      hostname,
      group,
      ref,
      addresses,
    }));
  return {
    os,
    nodes: [...nodes, ...twins],
    networks: [...new Set(sites.flatMap(({ group }) => group.networks))],
    group: sites[0]?.group.name ?? "",
    heartbeats: sites.flatMap(({ group }) =>
      group.workloads.filter(({ profile }) => profile === "heartbeat").map(({ name }) => name),
    ),
    images: { repository, ...(keys === undefined ? {} : { keys }) },
  };
}

function fault(text: string): DcnError {
  return new DcnError("usage", "LAB_IMAGES", `the image set does not fit into a lab: ${text}`);
}

type Redfish = NonNullable<LabNode["own"]>["bmc"];

/** Where its group says that a node's BMC answers, as its fencing device has it. */
function bmcOf(group: ResolvedGroup, node: string): Redfish {
  for (const resource of group.model.configuration.resources) {
    if (resource.kind !== "primitive" || resource.agent.type !== "fence_redfish") continue;
    const values = new Map(
      resource.instanceAttributes.flatMap(({ pairs }) =>
        pairs.map(({ name, value }) => [name, value] as const),
      ),
    );
    const address = values.get("ip");
    if (values.get("pcmk_host_list") !== node || address === undefined) continue;
    return { address, username: values.get("username") ?? "dcn" };
  }
  return undefined;
}

/** Writes each group's secrets as the site would hand them out: one folder for a group, one file for a secret. */
export async function writeProvisions(spec: LabSpec, paths: LabPaths, { set }: Births): Promise<void> {
  for (const group of groupsOf(set)) {
    const folder = paths.provision(group.name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "corosync-authkey"), randomBytes(256), { mode: 0o600 });
    for (const { name } of group.model.secrets) {
      const node = spec.nodes.find((one) => one.own !== undefined && name === `bmc-${one.name}`);
      const value =
        node === undefined
          ? randomBytes(18).toString("base64url")
          : (await readFile(join(paths.secrets, "bmc", node.name), "utf8")).trim();
      await writeFile(join(folder, name), value, { mode: 0o600 });
    }
  }
}

/** The profile of each group for status and plan, `GROUP.yaml` and, for the first, the lab's own: as written, with the lab's logins. */
export async function writeBornProfiles(spec: LabSpec, paths: LabPaths, births: Births): Promise<void> {
  for (const [index, group] of groupsOf(births.set).entries()) {
    const document = births.documents.find(
      (one): one is DocumentOf<"NodeGroup"> => one.kind === "NodeGroup" && one.name === group.name,
    );
    if (document === undefined) continue;
    const nodes = document.value.nodes.map((node) => {
      const machine = spec.nodes.find(({ name }) => name === node.name);
      return machine === undefined ? node : { ...node, ssh: { address: addressOf(spec, 0, machine.host) } };
    });
    const text = stringify({ ...document.value, ssh: labSsh(spec, paths), nodes });
    await writeFile(join(paths.folder, `${group.name}.yaml`), text, { mode: 0o644 });
    if (index === 0) await writeFile(paths.profile, text, { mode: 0o644 });
  }
}

function groupsOf(set: ResolvedImageSet): ResolvedGroup[] {
  return set.sites.flatMap(({ groups }) => [...groups]);
}

/** Makes the /etc of a device fit for the lab, and lets it trust its site's BMCs. */
export async function adaptBorn(paths: LabPaths, resources: string, node: LabNode): Promise<void> {
  const etc = join(await firstDeployment(paths.sysroot(node)), "etc");
  await onHost(["sh", join(resources, "lab", "adapt-etc"), etc]);
  const certificate = await readFile(join(paths.tls, "bmc.crt"), "utf8");
  await mkdir(join(etc, "ssl", "certs"), { recursive: true });
  await appendFile(join(etc, "ssl", "certs", "ca-certificates.crt"), certificate);
}

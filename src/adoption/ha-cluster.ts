// Variables of the Ansible role ha_cluster → parts of a NodeGroup document; what has no place there is named with its position.
import { decodeConfiguration } from "../cib/index.js";
import type { Finding } from "../errors/index.js";
import { readYaml } from "../profile/index.js";
import { element, writeXml } from "../xml/index.js";
import { adoptCib } from "./cib.js";
import { haClusterTier } from "./ha-cluster-cib.js";
import { haClusterCorosync } from "./ha-cluster-corosync.js";
import { expressionsIn, isExpression } from "./ha-cluster-expressions.js";
import { tellSbd } from "./ha-cluster-sbd.js";
import { isRecord, type LeftOut } from "./ha-cluster-values.js";
import type { AdoptedPart } from "./part.js";

const PREFIX = "ha_cluster_";

/** Variables about the role's own work on a node: packages, services, keys, pcsd, firewalls. */
const NOT_OURS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    [
      "an image or the distribution brings packages",
      "enable_repos enable_repos_resilient_storage install_cloud_agents fence_agent_packages extra_packages zypper_patterns use_latest_packages",
    ],
    ["firewall and SELinux are the image's", "manage_firewall manage_selinux"],
    ["apply forms and keeps clusters; it purges none", "cluster_present start_on_boot"],
    [
      "keys are made by apply, and changed by keys rotate",
      "corosync_key_src pacemaker_key_src fence_virt_key_src regenerate_keys",
    ],
    [
      "dcn-ha does without pcsd",
      "hacluster_password pcsd_public_key_src pcsd_private_key_src pcsd_certificates pcs_permission_list pacemaker_shell admin_user_name admin_user_group",
    ],
    ["a quorum device has certificates, and no password", "hacluster_qdevice_password"],
    ["set up corosync-qnetd on its host yourself", "qnetd"],
    ["it is about Ansible's output only", "secure_logging export_configuration"],
  ].flatMap(([why = "", names = ""]) => names.split(" ").map((name) => [name, why] as const)),
);

const CONVERTED = new Set(
  (
    "cluster_name node_options transport totem quorum cluster_properties resource_primitives resource_groups resource_clones resource_bundles " +
    "resource_defaults resource_operation_defaults stonith_levels constraints_location constraints_colocation constraints_order " +
    "constraints_ticket acls alerts sbd_enabled sbd_options"
  ).split(" "),
);
const INVENTORY = "it is of one host in the inventory: write name and addresses into ha_cluster_node_options";

/** Converts the variables of a file. Errors stand for text that is no YAML; what is left out is a warning each. */
export function adoptHaCluster(file: string, text: string): readonly AdoptedPart[] {
  const read = readYaml({ file, text });
  const [document] = read.documents;
  const source = `the variables of ha_cluster in ${file}`;
  const empty = { source, keys: {}, secrets: [], remarks: [] };
  if (document === undefined || read.findings.length > 0) return [{ ...empty, findings: read.findings }];
  const findings: Finding[] = [];
  const left: LeftOut = (path, why) => {
    const [name = "", ...rest] = path;
    const text = `${[name, ...rest].join(".")} is not taken over: ${why}`;
    findings.push({ severity: "warning", code: "NOT_CONVERTED", position: document.atKey(path), text });
  };
  const all = isRecord(document.value) ? document.value : {};
  const variables: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(all)) {
    const short = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
    if (CONVERTED.has(short)) variables[short] = value;
    else if (name === "ha_cluster") left([name], INVENTORY);
    else left([name], NOT_OURS[short] ?? "it is no variable of ha_cluster that we know");
  }
  for (const [name = "", ...rest] of expressionsIn(variables)) {
    const path = [`${PREFIX}${name}`, ...rest];
    const text = `${path.join(".")} is an expression of Ansible, which cannot be evaluated here`;
    const hint = "write the value, or import the running cluster with --host";
    findings.push({ severity: "error", code: "ANSIBLE_EXPRESSION", position: document.at(path), text, hint });
  }
  const deeper: LeftOut = ([name = "", ...rest], why) => {
    left([`${PREFIX}${name}`, ...rest], why);
  };
  const keys = haClusterCorosync(variables, deeper);
  tellSbd(variables, deeper);
  const cib = adoptTier(file, haClusterTier(variables, deeper));
  const remarks = [
    "operations that the role takes from an agent's metadata stand only where the variables say them",
    "nodes are those of ha_cluster_node_options, with ids in their order; the role takes every host of the play",
    "nodes still need ssh: how to log in, and host keys",
  ];
  return [
    { source, keys, secrets: [], remarks, findings },
    { ...cib, source },
  ];
}

/** The part of a CIB that never was a file: faults name what they are about, not a line. */
function adoptTier(file: string, tier: Record<string, unknown>): AdoptedPart {
  const faults: Finding[] = [];
  const refuse = (text: string): void => {
    faults.push({ severity: "error", code: "NOT_IMPORTABLE", subject: file, text });
  };
  const configuration = decodeConfiguration(tier, {
    fault: ({ path, text }) => {
      refuse(`${path.join(".")}: ${text}`);
    },
    made: () => undefined,
    secret: () => undefined,
  });
  const cib = adoptCib(file, writeXml(element("cib", {}, [configuration])));
  if (faults.length === 0)
    for (const { severity, text } of cib.findings) if (severity === "error") refuse(text);
  const keys = Object.fromEntries(Object.entries(cib.keys).filter(([key]) => key !== "nodes"));
  const secrets = cib.secrets.map(({ reference, subject, value }) =>
    value === undefined || isExpression(value) ? { reference, subject } : { reference, subject, value },
  );
  return { ...cib, keys, secrets, remarks: [], findings: faults };
}

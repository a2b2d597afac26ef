// One way to fence a node → what a fence device of it says (fence_redfish(8), fence_ipmilan(8), fence_apc_snmp(8), fence_virsh(8), fence_sbd(8)).
import type { NodeSecret, SecretReference } from "../cluster/index.js";
import { scriptParameter } from "./fence-agents.js";
import type { FenceMethod, FenceText } from "./fence-text.js";
import { secretFileName } from "./secret-reference.js";

/** The program on each node that prints a secret by its name; fence agents run it as their password script. */
const SECRET_PROGRAM = "/usr/local/lib/dcn-ha/fence-secret";

/** A trouble of one method, told at a path below its key. */
export type Fault = (code: string, path: readonly (string | number)[], text: string, hint?: string) => void;

/** A fence device before it has an id: its agent, its parameters and the secrets that they need. */
export interface FenceDraft {
  readonly agent: string;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly secrets: readonly (NodeSecret & { readonly path: readonly (string | number)[] })[];
  /** The node's name at the device; absent where the device knows one node only. */
  readonly plug?: string;
  /** Where it is, so that two devices at one place can be told. */
  readonly place: string;
}

type Text<Method extends FenceMethod> = NonNullable<FenceText[Method]>;
type Pairs = (readonly [string, string])[];

/**
 * Pacemaker lets agents ask without end (`disable_timeout`) and ends them after a minute of its own. A node that stays off
 * when it is switched on again would then never count as fenced although it is off for certain: a limit ends the waiting,
 * and the agent says what holds. In tries a second apart and, for a single answer, in seconds.
 */
const PATIENCE: Pairs = [
  ["disable_timeout", "false"],
  ["login_timeout", "15"],
  ["power_timeout", "15"],
  ["shell_timeout", "15"],
];

/** The devices of one method: one, or one for each PDU that feeds the node. */
export function fenceDrafts(method: FenceMethod, text: FenceText, fault: Fault): FenceDraft[] {
  switch (method) {
    case "redfish":
      return text.redfish === undefined ? [] : [redfish(text.redfish)];
    case "ipmi":
      return text.ipmi === undefined ? [] : [ipmi(text.ipmi)];
    case "libvirt":
      return text.libvirt === undefined ? [] : [libvirt(text.libvirt, fault)];
    case "agent":
      return text.agent === undefined ? [] : [anyAgent(text.agent, fault)];
    case "sbd":
      return text.sbd === undefined ? [] : [sbd(text.sbd)];
    case "pdu":
      return text.pdu === undefined ? [] : pdu(text.pdu, fault);
  }
}

/** The file name of a secret on the nodes. */
function secretOf(
  reference: SecretReference,
  path: readonly (string | number)[],
): FenceDraft["secrets"][number] {
  return { name: secretFileName(reference), reference, path };
}

function script(secret: { readonly name: string }): string {
  return `${SECRET_PROGRAM} ${secret.name}`;
}

function some(name: string, value: string | number | undefined): Pairs {
  return value === undefined ? [] : [[name, String(value)]];
}

function redfish(text: Text<"redfish">): FenceDraft {
  const secret = secretOf(text.password.secret, ["password", "secret"]);
  const pairs: Pairs = [
    // The agent pastes address and port together to a URL, in which an IPv6 address needs brackets.
    ["ip", text.address.includes(":") ? `[${text.address}]` : text.address],
    ...some("ipport", text.port),
    ["username", text.username],
    ["password_script", script(secret)],
    ...some("systems_uri", text.systemsUri),
    ...(text.tls === "insecure" ? [["ssl_insecure", "1"] as const] : []),
    ...PATIENCE,
  ];
  return { agent: "fence_redfish", pairs, secrets: [secret], place: placeOf(text) };
}

function ipmi(text: Text<"ipmi">): FenceDraft {
  const secret = secretOf(text.password.secret, ["password", "secret"]);
  const pairs: Pairs = [
    ["ip", text.address],
    ...some("ipport", text.port),
    ["username", text.username],
    ["password_script", script(secret)],
    ["lanplus", text.lanplus === false ? "0" : "1"],
    ["privlvl", text.privilege ?? "operator"],
    ...some("cipher", text.cipher),
    ...PATIENCE,
  ];
  return { agent: "fence_ipmilan", pairs, secrets: [secret], place: placeOf(text) };
}

function placeOf(text: { readonly address: string; readonly port?: number | undefined }): string {
  return `${text.address.toLowerCase()} ${text.port ?? ""}`.trim();
}

function libvirt(text: Text<"libvirt">, fault: Fault): FenceDraft {
  if ((text.password === undefined) === (text.identityFile === undefined)) {
    fault("BAD_FENCE", [], "a hypervisor is reached with a password or an identityFile, one of the two");
  }
  const secret = text.password && secretOf(text.password.secret, ["password", "secret"]);
  const pairs: Pairs = [
    ["ip", text.address],
    ["username", text.username],
    ...(secret === undefined ? [] : some("password_script", script(secret))),
    ...some("identity_file", text.identityFile),
  ];
  const secrets = secret === undefined ? [] : [secret];
  return { agent: "fence_virsh", pairs, secrets, plug: text.domain, place: text.address.toLowerCase() };
}

function sbd(text: Text<"sbd">): FenceDraft {
  return { agent: "fence_sbd", pairs: [["devices", text.disks.join(",")]], secrets: [], place: "sbd" };
}

function pdu(text: Text<"pdu">, fault: Fault): FenceDraft[] {
  const agent = text.agent ?? "fence_apc_snmp";
  const login = pduLogin(agent, text, fault);
  const places = [...new Set(text.outlets.map((outlet) => outlet.pdu.toLowerCase()))];
  return places.map((place) => {
    const outlets = text.outlets.filter((outlet) => outlet.pdu.toLowerCase() === place);
    const pairs: Pairs = [["ip", place], ...some("ipport", text.port), ...login.pairs];
    const plug = outlets.map(({ outlet }) => String(outlet)).join(",");
    return { agent, pairs, secrets: login.secrets, plug, place };
  });
}

function pduLogin(agent: string, text: Text<"pdu">, fault: Fault): Pick<FenceDraft, "pairs" | "secrets"> {
  const pairs: Pairs = [...some("community", text.community), ...some("username", text.username)];
  const secrets: FenceDraft["secrets"][number][] = [];
  const add = (key: "password" | "privacy", parameter: string): void => {
    const reference = text[key]?.secret;
    const by = scriptParameter(agent, parameter);
    if (reference === undefined) return;
    if (by === undefined) {
      fault(
        "SECRET_NEEDS_SCRIPT",
        [key],
        `${agent} cannot ask a program for its ${key}: it would stand in the CIB`,
      );
      return;
    }
    const secret = secretOf(reference, [key, "secret"]);
    secrets.push(secret);
    pairs.push([by, script(secret)]);
  };
  add("password", "password");
  add("privacy", "snmp_priv_passwd");
  const isSnmp = scriptParameter(agent, "snmp_priv_passwd") !== undefined;
  if (isSnmp && text.username !== undefined) {
    pairs.push(
      ["snmp_version", "3"],
      ["snmp_sec_level", text.privacy === undefined ? "authNoPriv" : "authPriv"],
      // Left out, net-snmp takes MD5 and DES, which many a PDU no longer offers.
      ["snmp_auth_prot", "SHA"],
      ...(text.privacy === undefined ? [] : ([["snmp_priv_prot", "AES"]] as const)),
    );
  } else if (isSnmp && text.community === undefined) {
    const hint = "username: and password: for SNMP 3, or community: where the PDU knows nothing better";
    fault("BAD_FENCE", [], "nothing says how to log in to the PDU", hint);
  }
  return { pairs, secrets };
}

function anyAgent(text: Text<"agent">, fault: Fault): FenceDraft {
  const secrets: FenceDraft["secrets"][number][] = [];
  const pairs: Pairs = Object.entries(text.parameters ?? {}).map(([name, value]) => [name, String(value)]);
  for (const [parameter, { secret: reference }] of Object.entries(text.secrets ?? {})) {
    const by = scriptParameter(text.name, parameter);
    if (by === undefined) {
      const reason = `${text.name} cannot ask a program for ${parameter}: it would stand in the CIB, readable on every node`;
      fault("SECRET_NEEDS_SCRIPT", ["secrets", parameter], reason);
      continue;
    }
    const secret = secretOf(reference, ["secrets", parameter, "secret"]);
    secrets.push(secret);
    pairs.push([by, script(secret)]);
  }
  const place = ["ip", "devices"]
    .map((name) => String(text.parameters?.[name] ?? ""))
    .find((value) => value !== "");
  const plug = text.plug === undefined ? {} : { plug: String(text.plug) };
  return { agent: text.name, pairs, secrets, ...plug, place: place ?? "" };
}

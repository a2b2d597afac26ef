// Groups side by side: a computer or a board that stands in two of them, as where a copy kept the number of the first.
import type { Finding, Severity } from "../errors/index.js";
import { canonicalAddress } from "../lint/index.js";
import type { NodeGroup, NodeText } from "./node-group.js";
import type { DocumentOf, DocumentPath, ProfileDocument } from "./source.js";

/** An address of a node, and what it would mean if a node of another group had it too. */
interface Claim {
  /** Equal for two claims to one thing. */
  readonly key: string;
  readonly words: string;
  readonly path: DocumentPath;
  readonly severity: Severity;
  readonly harm: string;
}

interface Owner {
  readonly group: DocumentOf<"NodeGroup">;
  readonly node: string;
  readonly path: DocumentPath;
}

const SSH_PORT = 22;

/** Of each node the first address that a node of another group has too. */
export function findingsAcrossGroups(documents: readonly ProfileDocument[]): Finding[] {
  const owners = new Map<string, Owner>();
  const findings: Finding[] = [];
  for (const group of documents) {
    if (group.kind !== "NodeGroup") continue;
    for (const [index, node] of group.value.nodes.entries()) {
      const claims = claimsOf(group.value, node, ["nodes", index]);
      const twice = claims.find(({ key }) => isOfOther(owners.get(key), group));
      const owner = twice && owners.get(twice.key);
      if (twice !== undefined && owner !== undefined) findings.push(finding(twice, owner, { group, node }));
      for (const { key, path } of claims)
        if (!owners.has(key)) owners.set(key, { group, node: node.name, path });
    }
  }
  return findings;
}

/** Two documents of one name are told as such. */
function isOfOther(owner: Owner | undefined, group: DocumentOf<"NodeGroup">): boolean {
  return owner !== undefined && owner.group.name !== group.name;
}

function finding(
  { words, path, severity, harm }: Claim,
  owner: Owner,
  { group, node }: { readonly group: DocumentOf<"NodeGroup">; readonly node: NodeText },
): Finding {
  const [here, there] = [group.at(path), owner.group.at(owner.path)];
  // What both inherit stands in one line, and the fault where they differ: in what they give to it.
  const inherited = here.file === there.file && here.line === there.line;
  const { file, line } = inherited ? owner.group.at(["name"]) : there;
  return {
    // A variant of a group has the nodes of its base.
    severity: inherited && severity === "error" ? "warning" : severity,
    code: "IN_TWO_GROUPS",
    subject: `node ${node.name} of ${group.name}`,
    position: inherited ? group.at(["name"]) : here,
    text: `${words} is that of ${owner.node} in ${owner.group.name} (${file}:${line}) too: ${harm}`,
    hint: "correct one of them, often a number that was copied",
  };
}

/** Where one logs in first: a controller reaches them all. Behind routers every site may have the same addresses, and the boards are asked from there. */
function claimsOf(group: NodeGroup, node: NodeText, path: DocumentPath): Claim[] {
  const [first = ""] = group.networks;
  const links = Object.entries(node.addresses).map(([network, address]): Claim => {
    const harm = "they disturb each other, unless the two networks have no line between them";
    const at = [...path, "addresses", network];
    return { key: `link ${canonicalAddress(address)}`, words: address, path: at, severity: "note", harm };
  });
  const own = node.ssh?.address;
  const address = own ?? node.addresses[first];
  const port = node.ssh?.port ?? group.ssh?.port ?? SSH_PORT;
  const login: Claim[] =
    address === undefined
      ? []
      : [
          {
            key: `login ${canonicalAddress(address)} ${port}`,
            words: `the address ${address}`,
            path: [...path, ...(own === undefined ? ["addresses", first] : ["ssh", "address"])],
            severity: own === undefined ? "warning" : "error",
            harm: "one computer would be made a node of two clusters",
          },
        ];
  return [...login, ...boardsOf(node, path), ...links];
}

function boardsOf({ fence }: NodeText, path: DocumentPath): Claim[] {
  return (["redfish", "ipmi"] as const).flatMap((method): Claim[] => {
    const board = fence?.[method];
    if (board === undefined) return [];
    const system = "systemsUri" in board ? (board.systemsUri ?? "") : "";
    return [
      {
        key: `board ${canonicalAddress(board.address)} ${board.port ?? ""} ${system}`,
        words: `the board ${board.address}`,
        path: [...path, "fence", method, "address"],
        severity: "warning",
        harm: "each cluster would switch off the other's node, unless each site has a network of its own",
      },
    ];
  });
}

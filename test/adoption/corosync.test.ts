import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adoptCib, adoptCorosync, groupDocument } from "../../src/adoption/index.js";
import { parseCorosyncConf, renderCorosyncConf } from "../../src/corosync/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { library } from "../profile/group.js";

/** corosync.conf → document → corosync.conf; lint may remark on what others run, and is not asked. */
function round(text: string): string {
  const part = adoptCorosync("corosync.conf", text);
  expect(part.findings).toEqual([]);
  const document = groupDocument([part], "taken-over").replace("\nnetworks:", "\npolicy: any\nnetworks:");
  const policy = `---
kind: ClusterPolicy
name: any
nodes: { min: 2, max: 16 }
timing: { token: 3s }
fencing: { required: false }
gate: { grace: 0s }
properties: { stonith-enabled: false }
`;
  const parsed = parseDocuments([{ file: "f", text: `${document}${policy}` }, ...library()]);
  const resolved = resolveGroup(parsed.documents, "taken-over");
  const errors = [...parsed.findings, ...resolved.findings].filter(({ severity }) => severity === "error");
  expect(errors, document).toEqual([]);
  return resolved.group === undefined ? "" : renderCorosyncConf(resolved.group.model);
}

const WHOLE = `totem {
    version: 2
    cluster_name: Line.7
    transport: knet
    crypto_cipher: aes256
    crypto_hash: sha256
    token: 05000
    interface {
        linknumber: 0
        knet_link_priority: 5
    }
    interface {
        linknumber: 1
        knet_transport: sctp
    }
}

nodelist {
    node {
        ring0_addr: 10.1.0.1
        ring1_addr: fd00::1
        name: n1.example.com
        nodeid: 1
        quorum_votes: 2
    }
    node {
        ring0_addr: 10.1.0.2
        ring1_addr: fd00::2
        name: n2
        nodeid: 70000
    }
}

quorum {
    provider: corosync_votequorum
    device {
        model: net
        votes: 1
        net {
            host: 10.9.9.9
            algorithm: ffsplit
        }
        heuristics {
            mode: on
            exec_ping: /usr/bin/ping -c 1 10.9.9.1
        }
    }
}

logging {
    to_syslog: yes
    logger_subsys {
        subsys: QUORUM
        debug: on
    }
    logger_subsys {
        subsys: TOTEM
        debug: off
    }
}

system {
    move_to_root_cgroup: no
}
`;

test("what is taken over renders to the same bytes", () => {
  const simple = WHOLE.replace("n1.example.com", "n1").replace("70000", "2");
  expect(round(simple)).toBe(simple);
});

test("what pcs cluster setup writes with its defaults is taken over whole, the cluster's own id too", () => {
  const byPcs = WHOLE.replace("n1.example.com", "n1").replace(
    "    transport: knet\n",
    "    transport: knet\n    cluster_uuid: 3c0f6f1d2b7a4a5e9d7c8b1a2f3e4d5c\n",
  );
  expect(parseCorosyncConf(round(byPcs)).configuration).toEqual(parseCorosyncConf(byPcs).configuration);
});

test("a comment, an order and a layout of its own are lost, and nothing else", () => {
  const foreign =
    "# ours\nlogging {\nto_syslog: yes\n}\n\n" +
    WHOLE.replace("n1.example.com", "n1")
      .replace("70000", "2")
      .replace(/logging \{[\s\S]*?\n\}\n\n/, "");
  expect(parseCorosyncConf(round(foreign)).configuration).toEqual(parseCorosyncConf(foreign).configuration);
});

test.each([
  ["totem {\n  key: abc\n}\n", "totem.key holds the cluster's key"],
  [
    "nodelist {\n  node {\n    nodeid: 1\n    name: a\n    ring0_addr: a\n  }\n  node {\n    nodeid: 2\n    name: b\n    ring0_addr: b\n    ring1_addr: c\n  }\n}\n",
    "b has 2 addresses and a has 1",
  ],
  ["system {\n}\nsystem {\n}\n", "the section system stands twice"],
])("%j is refused by name", (text, words) => {
  expect(adoptCorosync("c", text).findings.map(({ code, text: said }) => [code, said])).toEqual([
    ["NOT_IMPORTABLE", expect.stringContaining(words)],
  ]);
});

describe("a node without a name", () => {
  const conf = (...addresses: string[]): string =>
    addresses
      .map(
        (address, at) =>
          `nodelist {\n  node {\n    nodeid: ${at + 1}\n    ring0_addr: ${address}\n    quorum_votes: 2\n  }\n}\n`,
      )
      .join("");
  const cib = adoptCib(
    "cib.xml",
    '<cib><configuration><crm_config/><nodes><node id="1" uname="dcn1"/><node id="2" uname="dcn2"/></nodes><resources/><constraints/></configuration></cib>',
  );

  test("has the name that the CIB has for its id, and not its address", () => {
    const part = adoptCorosync("c", conf("10.1.0.1", "dcn2-site"), cib);
    expect(part.findings).toEqual([]);
    expect(part.keys).toMatchObject({
      nodes: [
        { name: "dcn1", id: 1, addresses: { link0: "10.1.0.1" } },
        { name: "dcn2", id: 2, addresses: { link0: "dcn2-site" } },
      ],
      corosync: { nodes: { dcn1: { quorum_votes: 2 }, dcn2: { quorum_votes: 2 } } },
    });
    expect(groupDocument([part, cib])).not.toContain("name: 10.1");
  });

  test.each([
    ["no CIB", conf("10.1.0.1"), undefined],
    ["an address of IP version 6", conf("fd00::1"), undefined],
    ["a CIB that does not know its id", conf("10.1.0.1", "10.1.0.2", "10.1.0.3"), cib],
  ])("is refused with words that say what to add: %s", (_, text, part) => {
    expect(adoptCorosync("c", text, part).findings).toEqual([
      {
        severity: "error",
        code: "NOT_IMPORTABLE",
        subject: "c",
        text: expect.stringMatching(/^node [13] has no name, and .* is an address/) as string,
        hint: "write name: as uname -n says on that node, or import the CIB along",
      },
    ]);
  });

  test("has its address as its name where that is one, as Pacemaker takes it", () => {
    expect(adoptCorosync("c", conf("dcn1")).keys).toMatchObject({ nodes: [{ name: "dcn1" }] });
  });
});

const corpus = process.env.DCN_HA_CORPUS;
describe.skipIf(corpus === undefined)("corpus", () => {
  const folder = join(corpus ?? "", "pcs-cib");
  const files = corpus === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(".conf"));
  test.each(files)("%s renders back to the same configuration", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(parseCorosyncConf(round(text)).configuration).toEqual(parseCorosyncConf(text).configuration);
  });
});

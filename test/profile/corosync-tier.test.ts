import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { have } from "../sandbox/requirements.js";
import { GROUP, library } from "./group.js";

function group(part: string, more = "") {
  const { documents, findings } = parseDocuments([
    { file: "f", text: `${GROUP}${part}${more}` },
    ...library(),
  ]);
  const resolved = resolveGroup(documents, "cabinet-7");
  const all = [...findings, ...resolved.findings].filter(({ severity }) => severity === "error");
  return {
    group: resolved.group,
    conf: resolved.group && renderCorosyncConf(resolved.group.model),
    errors: all.map(({ code, position, text }) => [code, position?.line, text]),
  };
}

const plain = group("").conf ?? "";
const LINE = GROUP.split("\n").length;

const EVERYTHING = `corosync:
  totem:
    window_size: 60
    crypto_cipher: aes128
    crypto_hash: sha512
    link_mode: active
    ip_version: ipv4-6
    knet_compression_model: zlib
    knet_compression_threshold: 200
    block_unlisted_ips: true
    token_coefficient: null
    token: 4000
    consensus: 5600
    interface:
      - { linknumber: 1, knet_link_priority: 20, knet_transport: udp }
  links: { site: { knet_link_priority: 10, knet_pong_count: 3 } }
  quorum:
    last_man_standing: true
    last_man_standing_window: 20000
    wait_for_all: true
    device:
      timeout: 12000
      sync_timeout: 40000
      model: net
      net: { host: 10.9.9.9, algorithm: ffsplit, connect_timeout: 9000 }
      heuristics: { mode: on, interval: 30000, exec_ping: /usr/bin/ping -c 1 10.9.9.1, exec_route: /usr/bin/true }
  logging:
    timestamp: hires
    debug: off
    logger_subsys:
      - { subsys: QUORUM, debug: on }
      - { subsys: TOTEM, syslog_priority: warning }
  sections: { system: { sched_rr: true, move_to_root_cgroup: no } }
  nodes: { dcn2: { quorum_votes: 2 } }
`;

test("a key stands in the place of the computed one, a new one behind, and null takes one away", () => {
  const { conf, errors } = group(
    "corosync:\n  totem: { token: 4000, window_size: 60, token_coefficient: null }\n",
  );
  expect(errors).toEqual([]);
  const expected = plain
    .replace(/token: \d+/, "token: 4000")
    .replace("    token_coefficient: 0\n", "")
    .replace(/consensus: \d+\n/, "consensus: 5580\n    window_size: 60\n");
  // Pings of the links follow from the token; all else stays.
  expect(conf?.replace(/knet_ping_\w+: \d+/g, "")).toBe(expected.replace(/knet_ping_\w+: \d+/g, ""));
});

test("times of ours know of a token that is set by hand", () => {
  const { group: resolved } = group(
    "corosync:\n  totem: { token: 4000, token_coefficient: 100, consensus: 9000 }\n",
  );
  expect(resolved?.timing).toMatchObject({ tokenMs: 4100, consensusMs: 9000 });
  expect(resolved?.timing.figures.find(({ name }) => name === "dc-deadtime")?.ms).toBe(5000);
});

test("everything together: interfaces by number or network, devices, subsystems, sections, votes of a node", () => {
  const { conf, errors } = group(EVERYTHING);
  expect(errors).toEqual([]);
  for (const wanted of [
    /interface \{\n +linknumber: 0\n(.*\n)*? +knet_pong_count: 3\n +knet_link_priority: 10\n/,
    /linknumber: 1\n(.*\n)*? +knet_link_priority: 20\n +knet_transport: udp\n/,
    /last_man_standing: 1\n/,
    /device \{\n +timeout: 12000\n +sync_timeout: 40000\n +model: net\n +net \{\n +host: 10\.9\.9\.9\n/,
    /heuristics \{\n +mode: on\n +interval: 30000\n +exec_ping: \/usr\/bin\/ping -c 1 10\.9\.9\.1\n/,
    /logger_subsys \{\n +subsys: TOTEM\n +syslog_priority: warning\n/,
    /system \{\n +sched_rr: yes\n +move_to_root_cgroup: no\n\}/,
    /name: dcn2\n +nodeid: 2\n +quorum_votes: 2\n/,
    /block_unlisted_ips: yes\n/,
  ])
    expect(conf).toMatch(wanted);
  expect(conf?.match(/interface \{/g)).toHaveLength(2);
});

test("with computed: false the file says what stands there, and the nodes", () => {
  const { conf } = group(
    "corosync: { computed: false, totem: { version: 2, transport: knet, crypto_cipher: aes256 } }\n",
  );
  expect(conf?.replace(/nodelist \{[\s\S]*?\n\}\n/, "")).toBe(
    "totem {\n    version: 2\n    transport: knet\n    crypto_cipher: aes256\n}\n\n\nquorum {\n}\n\nlogging {\n}\n",
  );
});

test.each([
  ["totem: { tokn: 1000 }", "UNKNOWN_COROSYNC_KEY", "totem has no key tokn"],
  ["totem: { crypto_cipher: aes512 }", "BAD_COROSYNC_VALUE", "must be one of none, aes256"],
  ["totem: { token: 100000000000 }", "BAD_COROSYNC_VALUE", "from 30 to 2147483647"],
  ["totem: { token: 1s }", "BAD_COROSYNC_VALUE", "whole number"],
  ["totem: { interface: [{ linknumber: 8 }] }", "BAD_COROSYNC_VALUE", "from 0 to 7"],
  ["quorum: { twonode: 1 }", "UNKNOWN_COROSYNC_KEY", "quorum has no key twonode"],
  ["quorum: { device: { heuristics: { exec_ping: ping } } }", "BAD_COROSYNC_VALUE", "absolute path"],
  ["quorum: { device: { net: { algorithm: lsm } } }", "BAD_COROSYNC_VALUE", "ffsplit, lms"],
  ["logging: { logfile: log }", "BAD_COROSYNC_VALUE", "absolute path"],
  ["links: { sight: { knet_link_priority: 1 } }", "UNKNOWN_NETWORK", "no network sight"],
  ["nodes: { dcn9: { quorum_votes: 2 } }", "UNKNOWN_NODE", "no node dcn9"],
  ["nodes: { dcn1: { votes: 2 } }", "UNKNOWN_COROSYNC_KEY", "node has no key votes"],
  ['totem: { cluster_name: "a\\nb: c" }', "BAD_COROSYNC_VALUE", "one line"],
])("%s is refused at its line", (part, code, words) => {
  const { errors } = group(`corosync:\n  ${part}\n`);
  expect(errors).toEqual([[code, LINE + 1, expect.stringContaining(words)]]);
});

describe.skipIf(!have("corosync"))("real corosync", () => {
  test("takes the file of everything", () => {
    const folder = mkdtempSync(join(tmpdir(), "dcn-ha-tier-"));
    try {
      writeFileSync(join(folder, "key"), "k".repeat(256), { mode: 0o400 });
      const conf = (group(EVERYTHING).conf ?? "")
        .replace("totem {", `totem {\n    keyfile: ${join(folder, "key")}`)
        // corosync looks for the machine that it is on.
        .replace("name: dcn1", `name: ${hostname()}`);
      writeFileSync(join(folder, "conf"), conf);
      const { status, stderr } = spawnSync("/usr/sbin/corosync", ["-t", "-c", join(folder, "conf")], {
        encoding: "utf8",
      });
      expect(status, stderr).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

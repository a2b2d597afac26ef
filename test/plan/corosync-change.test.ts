import { describe, expect, test } from "vitest";
import type { CorosyncConfiguration } from "../../src/cluster/index.js";
import { parseCorosyncConf } from "../../src/corosync/index.js";
import { type CorosyncChangeOptions, corosyncChanges, corosyncWay } from "../../src/plan/index.js";

const NODES = [1, 2, 3].map(
  (id) =>
    `  node {\n    ring0_addr: 10.0.0.${id}\n    ring1_addr: 10.1.0.${id}\n    name: dcn${id}\n    nodeid: ${id}\n  }\n`,
);
const LIVE = `totem {
  version: 2
  cluster_name: cabinet
  transport: knet
  link_mode: passive
  crypto_cipher: aes256
  token: 1000
  interface {
    linknumber: 0
    knet_ping_timeout: 500
  }
  interface {
    linknumber: 1
    knet_ping_timeout: 500
  }
}
nodelist {
${NODES.join("")}}
quorum {
  provider: corosync_votequorum
  wait_for_all: 0
}
logging {
  to_syslog: yes
}
`;

function read(text: string): CorosyncConfiguration {
  const { configuration } = parseCorosyncConf(text);
  if (configuration === undefined) throw new Error("the test's corosync.conf cannot be read");
  return configuration;
}

/** One line for each change from LIVE: action, subject, values and way. */
function changed(edit: (text: string) => string, options?: CorosyncChangeOptions): string[] {
  const text = edit(LIVE);
  expect(text).not.toBe(LIVE);
  return corosyncChanges(read(LIVE), read(text), options).map(
    ({ action, subject, before, after, way }) =>
      `${action} ${subject}: ${before ?? "-"} → ${after ?? "-"}, ${way}`,
  );
}

const put = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);

describe("a changed corosync.conf", () => {
  test("that says the same in other words has no changes", () => {
    const spaced = `# by hand\n${LIVE.replaceAll("  ", "\t").replace("token: 1000", "token: 9\n token: 1000")}`;
    expect(corosyncChanges(read(LIVE), read(spaced))).toEqual([]);
    expect(corosyncWay([])).toBeUndefined();
  });

  test.each([
    ["token: 1000", "token: 1500", "changed totem.token: 1000 → 1500, reload"],
    ["aes256", "aes128", "changed totem.crypto_cipher: aes256 → aes128, reload"],
    ["  wait_for_all: 0\n", "", "removed quorum.wait_for_all: 0 → -, reload"],
    [
      "wait_for_all: 0",
      "wait_for_all: 0\n last_man_standing: 1",
      "created quorum.last_man_standing: - → 1, restart",
    ],
    ["wait_for_all: 0", "wait_for_all: 0\n two_node: 1", "created quorum.two_node: - → 1, reload"],
    ["passive", "active", "changed totem.link_mode: passive → active, restart"],
    ["knet\n", "udpu\n", "changed totem.transport: knet → udpu, full-stop"],
    ["cabinet", "shop", "changed totem.cluster_name: cabinet → shop, full-stop"],
    ["token: 1000", "token: 1000\n tokn: 5", "created totem.tokn: - → 5, full-stop"],
    ["token: 1000", "token: 1000\n cluster_uuid: 6ba7", "created totem.cluster_uuid: - → 6ba7, reload"],
    ["to_syslog: yes", "to_syslog: no", "changed logging.to_syslog: yes → no, reload"],
    ["quorum {", "system {\n sched_rr: no\n}\nquorum {", "created system.sched_rr: - → no, restart"],
    [
      "wait_for_all: 0",
      "wait_for_all: 0\n device {\n net {\n host: q\n }\n }",
      "created quorum.device.net.host: - → q, reload",
    ],
    [
      "knet_ping_timeout: 500",
      "knet_ping_timeout: 700",
      "changed totem.interface.0.knet_ping_timeout: 500 → 700, reload",
    ],
    ["name: dcn3", "name: dcn9", "changed node dcn3: dcn3 → dcn9, full-stop"],
    ["nodeid: 3", "nodeid: 3\n quorum_votes: 2", "created node dcn3 quorum_votes: - → 2, reload"],
  ])("%j to %j", (from, to, line) => {
    expect(changed(put(from, to))).toEqual([line]);
  });

  test("that loses the id that pcs gave it wants no stop either", () => {
    const removed = corosyncChanges(read(LIVE.replace("token:", "cluster_uuid: 6ba7\n  token:")), read(LIVE));
    expect(removed.map(({ action, subject, way }) => [action, subject, way])).toEqual([
      ["removed", "totem.cluster_uuid", "reload"],
    ]);
  });

  test("tells nodes that come and go by their ids", () => {
    const fourth = (NODES[2] ?? "").replaceAll(/3$/gm, "4");
    expect(changed((text) => text.replace(NODES[2] ?? "", fourth))).toEqual([
      "removed node dcn3: id 3, 10.0.0.3, 10.1.0.3 → -, reload",
      "created node dcn4: - → id 4, 10.0.0.4, 10.1.0.4, reload",
    ]);
  });

  test("shows a link that comes or goes once, with what is said about it", () => {
    const shorter = (text: string) =>
      text.replaceAll(/.*ring1_addr.*\n/g, "").replace(/ {2}interface \{\s+linknumber: 1[^}]*\}\n/, "");
    expect(changed(shorter)).toEqual(["removed link 1: 10.1.0.1, 10.1.0.2, 10.1.0.3 → -, reload"]);
    const back = corosyncChanges(read(shorter(LIVE)), read(LIVE));
    expect(back.map(({ action, subject, way }) => [action, subject, way])).toEqual([
      ["created", "link 1", "reload"],
    ]);
  });

  test("moves a link by reload only while another one stays", () => {
    expect(changed(put("10.1.0.3", "10.1.0.9"))).toEqual([
      "changed node dcn3 link 1: 10.1.0.3 → 10.1.0.9, reload",
    ]);
    const crosswise = changed((text) => text.replace("10.1.0.3", "10.1.0.9").replace("10.0.0.1", "10.0.0.9"));
    expect(crosswise).toEqual([
      "changed node dcn1 link 0: 10.0.0.1 → 10.0.0.9, full-stop",
      "changed node dcn3 link 1: 10.1.0.3 → 10.1.0.9, full-stop",
    ]);
    const sctp = put("linknumber: 1", "linknumber: 1\n knet_transport: sctp");
    expect(changed(sctp)).toEqual(["created totem.interface.1.knet_transport: - → sctp, reload"]);
  });

  test("is not reloaded where nodes run different versions of corosync, or another transport", () => {
    const mixedVersions = true;
    expect(changed(put("token: 1000", "token: 1500"), { mixedVersions })).toEqual([
      "changed totem.token: 1000 → 1500, restart",
    ]);
    expect(changed(put("aes256", "aes128"), { mixedVersions })).toEqual([
      "changed totem.crypto_cipher: aes256 → aes128, full-stop",
    ]);
    const udp = read(LIVE.replace("knet\n", "udpu\n"));
    const moved = read(LIVE.replace("knet\n", "udpu\n").replace("10.1.0.3", "10.1.0.9"));
    expect(corosyncWay(corosyncChanges(udp, moved))).toBe("full-stop");
  });

  test("never shows a key that stands in the file itself", () => {
    const keyed = (key: string) => read(LIVE.replace("token:", `key: ${key}\n  token:`));
    const changes = corosyncChanges(keyed("canary-old"), keyed("canary-new"));
    expect(changes).toMatchObject([{ subject: "totem.key", before: "(secret)", after: "(secret)" }]);
  });

  test("goes the hardest way of all its changes", () => {
    const edit = (text: string) => text.replace("token: 1000", "token: 1500").replace("passive", "active");
    expect(corosyncWay(corosyncChanges(read(LIVE), read(edit(LIVE))))).toBe("restart");
  });
});

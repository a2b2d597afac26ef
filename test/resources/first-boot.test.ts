// First boot over a root folder of its own, with the real helper and the folder that an image of the library's example set has:
// what starts a cluster, and what keeps it from starting until somebody mends it.
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";
import { closeDevice, type Device, device, KEY } from "./device.js";

afterEach(closeDevice);
const tools = have("corosync", "crm_verify", "cibadmin");

describe.skipIf(!tools)("first boot", () => {
  test("gives a device that the group expects its configuration, once, and starts its cluster", async () => {
    const one = await device();
    const { status, said } = one.boot();
    expect([status, said]).toEqual([
      0,
      expect.stringContaining("this device is hmi-01, node 1 of site-1 (hostname=hmi-01)"),
    ]);
    expect(one.started()).toBe(true);
    expect(one.banner()).toBeUndefined();
    expect(one.node.read("etc/corosync/authkey")).toBe(KEY);
    expect(statSync(join(one.node.root, "etc/corosync/authkey")).mode & 0o777).toBe(0o400);
    expect(one.node.read("etc/dcn-ha/secrets/bmc-det-01")).toBe("secret of bmc-det-01");
    expect(one.node.read("etc/dcn-ha/gate.json")).toContain('"hmi-01"');
    expect(one.node.read("etc/corosync/corosync.conf")).toContain("name: hmi-01");
    expect(one.node.read("var/lib/dcn-ha/formation")).toMatch(/^[0-9a-f-]{36} complete\n$/);
    expect(one.node.read("units/corosync.service.enabled")).toBe("");

    // A change that the cluster made since is not undone by the next boot, nor is a key that was rotated.
    one.node.write("etc/corosync/authkey.new", "");
    writeFileSync(join(one.node.root, "etc/corosync/corosync.conf"), "changed\n");
    one.node.remove("etc/corosync/authkey");
    one.node.write("etc/corosync/authkey", "r".repeat(256));
    one.node.remove("units/pacemaker.service.active");
    expect(one.boot().status).toBe(0);
    expect(one.node.read("etc/corosync/corosync.conf")).toBe("changed\n");
    expect(one.node.read("etc/corosync/authkey")).toBe("r".repeat(256));
    expect(one.started()).toBe(true);
  });

  test("finds secrets of workloads and of booth where neither a slash nor a colon can be in a name, and keeps those in place", async () => {
    const one = await device();
    const nodes = "usr/lib/dcn-ha/image/groups/site-1/nodes.tsv";
    const listed = (one.node.read(nodes) ?? "").replaceAll(
      "bmc-hmi-01,",
      "panel/passwd,booth:key,bmc-hmi-01,",
    );
    expect(listed).toContain("panel/passwd");
    one.node.write(nodes, listed);
    one.node.write("run/credentials/@system/dcn-ha.panel.passwd", "first");
    one.node.write("etc/dcn-ha/provision/booth.key", "b".repeat(64));
    expect(one.boot()).toMatchObject({ status: 0 });
    const secret = "var/lib/pacemaker/lrm/secrets/panel/passwd";
    expect([one.node.read(secret), one.node.read("etc/booth/booth.key")]).toEqual(["first", "b".repeat(64)]);
    one.node.write("run/credentials/@system/dcn-ha.panel.passwd", "another");
    one.node.remove("etc/dcn-ha/provision");
    expect(one.boot()).toMatchObject({ status: 0 });
    expect(one.node.read(secret)).toBe("first");
  });

  test("gives a group with a watchdog sbd's settings, and has sbd start with the cluster", async () => {
    const one = await device("hmi", (text) => text.replace("edge-three-node", "diskless-sbd"));
    const asked = one.requests();
    expect(one.boot()).toMatchObject({ status: 0 });
    expect(asked()).toEqual([
      "install-file corosync-authkey",
      "install-file secret bmc-hmi-01",
      "install-file secret bmc-det-01",
      "install-file secret bmc-gw-01",
      "install-file gate-config",
      "install-file corosync-conf",
      "install-file sbd-config",
      "install-file sbd-unit",
      "set-formation",
      "seed-cib",
      "enable-sbd",
      "enable-cluster",
      "set-formation",
    ]);
    const folder = "usr/lib/dcn-ha/image/groups/site-1";
    expect(one.node.read("etc/default/sbd")).toBe(one.node.read(`${folder}/sbd.conf`));
    expect(one.node.read("etc/systemd/system/sbd.service.d/dcn-ha.conf")).toMatch(/^TimeoutSec=\d+$/m);
    expect(one.node.read("units/sbd.service.enabled")).toBe("");
    expect(one.started()).toBe(true);
  });

  test("ends what a power cut interrupted", async () => {
    const one = await device();
    const seed = one.node.read("usr/lib/dcn-ha/image/groups/site-1/cib.xml") ?? "";
    const formation =
      /"formation": "([^"]*)"/.exec(
        one.node.read("usr/lib/dcn-ha/image/groups/site-1/group.json") ?? "",
      )?.[1] ?? "";
    one.node.write("var/lib/dcn-ha/formation", `${formation} prepared\n`);
    one.node.write("var/lib/pacemaker/cib/cib.xml", seed.slice(0, 400));
    expect(one.boot()).toMatchObject({ status: 0 });
    expect(one.node.read("var/lib/pacemaker/cib/cib.xml")).toBe(seed);
    expect(one.node.read("var/lib/dcn-ha/formation")).toBe(`${formation} complete\n`);
  });

  test.each<[string, (one: Device) => unknown, RegExp]>([
    [
      "an unexpected device",
      (one) => one.node.write("hostname", "spare\n"),
      /no group of this image has this device \(.*hostname=spare.*\); its nodes are hmi-01 det-01 gw-01/,
    ],
    [
      "the image of another role",
      (one) => one.node.write("hostname", "gw-01\n"),
      /this device is gw-01, whose role is iot-gateway, and this image is for the role hmi/,
    ],
    [
      "a clock before the image",
      (one) =>
        one.node.write(
          "usr/lib/dcn-ha/image/image.json",
          '{\n  "role": "hmi",\n  "builtAt": 4102444800\n}\n',
        ),
      /the clock is wrong: it says 20.* UTC, and this image is from 2100-01-01 00:00/,
    ],
    [
      "a missing network",
      (one) => one.addresses("2: eth0    inet 10.1.0.11/24 scope global eth0"),
      /no interface has the address 10\.1\.1\.11 of hmi-01/,
    ],
    [
      "somebody with the same address",
      (one) => one.tool("arping", 'echo "Unicast reply from 10.1.0.11 [02:00:00:00:00:07]  0.7ms"; exit 1'),
      /another device \(02:00:00:00:00:07\) is hmi-01 already: it has the address 10\.1\.0\.11 on eth0/,
    ],
    [
      "a missing secret",
      (one) => one.node.remove("run/credentials/@system/dcn-ha.bmc-det-01"),
      /it lacks the secret bmc-det-01: /,
    ],
    [
      "missing secrets",
      (one) => one.node.remove("run/credentials"),
      /it lacks the secrets corosync-authkey bmc-hmi-01 bmc-det-01 bmc-gw-01: /,
    ],
    [
      "a short key",
      (one) => one.node.write("run/credentials/@system/dcn-ha.corosync-authkey", "short"),
      /shorter than the 128 bytes/,
    ],
    [
      "a configuration that is not ours",
      (one) => one.node.write("var/lib/pacemaker/cib/cib.xml.sig", "x"),
      /signature of an earlier cluster configuration lies here/,
    ],
  ])("starts nothing with %s, says why, and goes on when it is mended", async (_, spoil, words) => {
    const one = await device();
    const before = one.node.read("run/credentials/@system/dcn-ha.bmc-det-01");
    spoil(one);
    const { status, said } = one.boot();
    expect([status, said]).toEqual([75, expect.stringMatching(words)]);
    expect(one.started()).toBe(false);
    expect(one.banner()).toMatch(words);
    // The same words fill no journal.
    expect(one.boot()).toEqual({ status: 75, said: "" });
    expect(before).toBeDefined();
    one.node.write("hostname", "hmi-01\n");
    one.node.write("usr/lib/dcn-ha/image/image.json", '{\n  "role": "hmi",\n  "builtAt": 1000\n}\n');
    one.addresses(
      "2: eth0    inet 10.1.0.11/24 scope global eth0",
      "3: eth1    inet 10.1.1.11/24 scope global eth1",
    );
    one.tool("arping", "exit 0");
    one.secrets("etc/dcn-ha/provision", "");
    one.node.remove("run/credentials");
    one.node.remove("var/lib/pacemaker/cib");
    expect(one.boot()).toMatchObject({ status: 0 });
    expect([one.started(), one.banner()]).toEqual([true, undefined]);
  });

  test.each<[string, string, (one: Device) => unknown]>([
    [
      "a MAC address",
      'mac: "02:00:5e:10:00:01"',
      (one) => one.node.write("sys/class/net/eth0/address", "02:00:5e:10:00:01\n"),
    ],
    [
      "a serial number",
      'serial: "ABC 123"',
      (one) => one.node.write("sys/class/dmi/id/product_serial", "ABC 123\n"),
    ],
    [
      "a kernel argument",
      'kernelArgument: "panel-7"',
      (one) => one.node.write("proc/cmdline", "quiet dcn-ha.node=panel-7 rw\n"),
    ],
  ])("knows a device by %s, and gives it its hostname", async (_, identity, as) => {
    const one = await device("hmi", (text) =>
      text.replace("attributes: { role: hmi }", `attributes: { role: hmi }\n    identity: { ${identity} }`),
    );
    one.node.write("hostname", "localhost\n");
    as(one);
    expect(one.boot()).toMatchObject({ status: 0 });
    expect([one.node.read("hostname"), one.node.read("etc/hostname")]).toEqual(["hmi-01\n", "hmi-01\n"]);
  });

  test("a device that fits two nodes is none", async () => {
    const one = await device("hmi", (text) =>
      text.replace(
        "attributes: { role: hmi }",
        'attributes: { role: hmi }\n    identity: { mac: "02:00:5e:10:00:01" }',
      ),
    );
    one.node.write("hostname", "det-01\n");
    one.node.write("sys/class/net/eth0/address", "02:00:5e:10:00:01\n");
    const { status, said } = one.boot();
    expect(status).toBe(75);
    expect(said).toContain(
      "more than one node of this image fits this device: site-1 hmi-01 mac=02:00:5e:10:00:01;site-1 det-01 hostname=det-01",
    );
    expect(existsSync(join(one.node.root, "var/lib/dcn-ha/formation"))).toBe(false);
  });
});

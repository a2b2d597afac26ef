// Health checks of an image, with stand-ins of the tools that they ask: what turns a device back, and what never does.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { need } from "../golden/tools.js";

const HEALTH = join(import.meta.dirname, "../../resources/health");
const CONF =
  "nodelist {\n node {\n ring0_addr: 10.1.0.11\n name: hmi-01\n }\n node {\n ring0_addr: 10.1.0.12\n name: det-01\n }\n}\n";
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

class Device {
  readonly root = mkdtempSync(join(tmpdir(), "dcn-ha-health-"));

  constructor() {
    roots.push(this.root);
    mkdirSync(join(this.root, "stubs"));
  }

  write(path: string, text: string): this {
    const target = join(this.root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return this;
  }

  tool(name: string, body: string): this {
    this.write(`stubs/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(join(this.root, "stubs", name), 0o755);
    return this;
  }

  /** States of units as systemctl says them; all are enabled. */
  units(states: Readonly<Record<string, string>>): this {
    const cases = Object.entries(states).map(([unit, state]) => `${unit}) echo ${state} ;;`);
    return this.tool(
      "systemctl",
      `[ "$1" = is-enabled ] && { echo enabled; exit; }\ncase $4 in ${cases.join(" ")} esac`,
    );
  }

  /** Runs a check as the image has it, in this root, with its patience taken away. */
  check(name: string): { readonly status: number | null; readonly said: string } {
    const script = readFileSync(join(HEALTH, name), "utf8")
      .replace("root=''", `root='${this.root}'`)
      .replace("patience=150", "patience=0")
      .replace(/^PATH=/m, `PATH=${this.root}/stubs:`);
    const run = spawnSync("sh", ["-s"], { input: script, encoding: "utf8" });
    return { status: run.status, said: `${run.stdout}${run.stderr}`.trim() };
  }
}

const UNITS = "required.d/40_dcn-ha_units.sh";
const RUNNING = {
  "dcn-ha-gate.service": "active",
  "corosync.service": "active",
  "pacemaker.service": "active",
};

function member(states: Readonly<Record<string, string>>): Device {
  return new Device()
    .write("etc/corosync/corosync.conf", CONF)
    .write("etc/dcn-ha/gate.json", '{ "node": "hmi-01" }')
    .tool("ip", 'echo "2: eth0    inet 10.1.0.11/24 scope global eth0"')
    .units({ ...RUNNING, ...states });
}

describe("the check of units", () => {
  test.each([
    ["all run", () => member({}), 0],
    ["a node that is in no cluster yet", () => new Device(), 0],
    [
      "other nodes are awaited at the gate",
      () =>
        member({
          "dcn-ha-gate.service": "activating",
          "corosync.service": "inactive",
          "pacemaker.service": "inactive",
        }),
      0,
    ],
    ["other nodes are awaited by Pacemaker", () => member({ "pacemaker.service": "activating" }), 0],
    ["a network without its address", () => member({ "corosync.service": "failed" }).tool("ip", "true"), 0],
    [
      "corosync that does not start",
      () => member({ "corosync.service": "failed", "pacemaker.service": "inactive" }),
      1,
    ],
    ["Pacemaker that gave up without an error", () => member({ "pacemaker.service": "inactive" }), 1],
  ])("%s", (_, make, status) => {
    expect(make().check(UNITS)).toMatchObject({ status });
  });

  test.each([
    ["the clock is wrong: it says 1970-01-01 00:00 UTC, and this image is from 2026-11-01 10:00", 0],
    ["eth0 with the address 10.1.0.11 has no link", 0],
    ["another device (02:00:00:00:00:01) is hmi-01 already: it has the address 10.1.0.11 on eth0", 0],
    ["it lacks the secret panel/passwd: no credential dcn-ha.NAME", 1],
  ])("blames no image for what first boot waits for, unless it may be the image's: %s", (said, status) => {
    const waits = member({
      "dcn-ha-gate.service": "inactive",
      "corosync.service": "inactive",
      "pacemaker.service": "inactive",
    }).write("run/dcn-ha/first-boot-said", `${said}\n`);
    expect(waits.check(UNITS)).toMatchObject({ status, said: `dcn-ha units: first boot waits: ${said}` });
  });

  test("asks for nothing that another node could be the cause of", () => {
    const text = readFileSync(join(HEALTH, UNITS), "utf8");
    expect(text).not.toMatch(/quorumtool|cfgtool|crm_mon|crm_node|ping/);
  });
});

const cib = (schema: string, features = "3.16.1"): string =>
  `<cib crm_feature_set="${features}" validate-with="pacemaker-${schema}" epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>\n`;
const CIB = "var/lib/pacemaker/cib/cib.xml";

describe("the check of the CIB", () => {
  test("with the real Pacemaker: loads what it knows, refuses a schema that it does not", (context) => {
    need(context, "cibadmin");
    const check = "required.d/41_dcn-ha_cib.sh";
    expect(new Device().check(check)).toMatchObject({ status: 0 });
    expect(new Device().write(CIB, cib("3.9")).check(check)).toMatchObject({ status: 0 });
    const refused = new Device().write(CIB, cib("9.9")).check(check);
    expect(refused.status).toBe(1);
    expect(refused.said).toContain("schema");
  });
});

describe("the check of the feature set", () => {
  const check = "required.d/42_dcn-ha_feature-set.sh";
  const image = (own: string): Device =>
    new Device().tool("pacemakerd", `printf 'Pacemaker 2.1.5\\n Supporting v${own}: agent-manpages\\n'`);
  test.each([
    ["the same", "3.16.1", "3.16.2", 0],
    ["a newer one", "3.20.0", "3.16.2", 0],
    ["an older one", "3.16.2", "3.20.0", 1],
    ["another generation", "4.0.0", "3.20.0", 1],
  ])("%s", (_, own, cluster, status) => {
    expect(image(own).write(CIB, cib("3.9", cluster)).check(check)).toMatchObject({ status });
  });

  test("is green where nothing is known", () => {
    expect(image("3.16.2").check(check)).toMatchObject({ status: 0 });
    expect(new Device().tool("pacemakerd", "exit 1").write(CIB, cib("3.9")).check(check)).toMatchObject({
      status: 0,
    });
  });
});

describe("the check of images", () => {
  const check = "required.d/43_dcn-ha_images.sh";
  test("names those that are not on the node", () => {
    const device = new Device().tool("podman", 'for last; do :; done; [ "$last" = a@sha256:1 ]');
    expect(device.check(check)).toMatchObject({ status: 0 });
    device.write("usr/lib/dcn-ha/image/images/groups", "a@sha256:1\n");
    expect(device.check(check)).toMatchObject({ status: 0 });
    device.write("usr/lib/dcn-ha/image/images/workload", "a@sha256:1\nb@sha256:2\n");
    const said = "dcn-ha images: not on this node: b@sha256:2";
    // Pulled after the boot, from a registry that may be away: that takes no image back.
    const blame = "dcn-ha images: dcn-ha-pull.service pulls them; no fault of this image";
    expect(device.check(check)).toEqual({ status: 0, said: `${said}\n${blame}` });
    expect(device.write("usr/lib/bootc/storage/x", "").check(check)).toEqual({ status: 1, said });
  });

  test("finds those that bootc pulled with the system", () => {
    const device = new Device()
      .tool("podman", 'case "$*" in *additionalimagestore*) exit 0 ;; esac; exit 1')
      .write("usr/lib/dcn-ha/image/images/groups", "a@sha256:1\n");
    device.write("usr/lib/bootc/storage/x", "");
    expect(device.check(check)).toMatchObject({ status: 0 });
    device.tool("podman", "exit 1");
    expect(device.check(check)).toMatchObject({ status: 1 });
  });
});

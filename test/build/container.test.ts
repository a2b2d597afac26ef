// What is seen of an image that is a container: a whole one is good, and each fault is named. It is not booted.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLocalTransport } from "../../src/transport/index.js";
import { lookAtContainer } from "../../src/workflows/index.js";
import { have } from "../sandbox/requirements.js";
import { run } from "./workshop.js";

const tools = have("buildah", "busybox");

describe.skipIf(!tools)("a container image of a set", () => {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-container-"));
  const transport = createLocalTransport();
  const shop = { transport, logs: join(folder, "logs"), onProgress: () => undefined };
  const store = ["--root", join(folder, "store"), "--runroot", join(folder, "run")];

  beforeAll(() => {
    const root = join(folder, "root");
    const write = (path: string, text: string, executable = false): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode: executable ? 0o755 : 0o644 });
    };
    mkdirSync(join(root, "bin"), { recursive: true });
    cpSync("/bin/busybox", join(root, "bin/busybox"));
    for (const name of ["sh", "grep"]) cpSync("/bin/busybox", join(root, "bin", name));
    for (const name of ["corosync", "pacemakerd", "crm_verify", "cibadmin", "systemctl", "python3", "podman"])
      write(`bin/${name}`, "#!/bin/sh\nexit 0\n", true);
    const facts = { schema: 1, set: "plant", version: "1.0.0", role: "hmi", site: "site-1" };
    write("usr/lib/dcn-ha/image/image.json", JSON.stringify(facts, undefined, 2));
    write("usr/lib/dcn-ha/image/groups/site-1/cib.xml", "<cib/>");
    write("usr/lib/systemd/system/multi-user.target.wants/dcn-ha-first-boot.service", "");
    for (const name of ["40_dcn-ha_units", "41_dcn-ha_cib", "42_dcn-ha_feature-set", "43_dcn-ha_images"])
      write(`usr/lib/greenboot/check/required.d/${name}.sh`, "#!/bin/sh\n", true);
    write("etc/machine-id", "");
  });
  afterAll(async () => {
    await transport.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function image(name: string): string {
    const container = run("buildah", ...store, "from", "scratch");
    run("buildah", ...store, "copy", container, join(folder, "root"), "/");
    run("buildah", ...store, "commit", "--quiet", container, `oci:${join(folder, name)}:1`);
    return `oci:${join(folder, name)}:1`;
  }

  const look = (name: string, role = "hmi") =>
    lookAtContainer(shop, { image: image(name), version: "1.0.0", role, site: "site-1" });

  test("is good where all is in it, and is not called booted", async () => {
    const report = await look("good");
    expect(report.checks.filter(({ good }) => !good)).toEqual([]);
    expect(report.checks.length).toBeGreaterThan(5);
    expect(report).toMatchObject({ good: true });
    expect(report.notTested.join()).toContain("not booted");
  });

  test("has each of its faults named", async () => {
    const root = join(folder, "root");
    writeFileSync(join(root, "bin/crm_verify"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    rmSync(join(root, "bin/corosync"));
    rmSync(join(root, "usr/lib/greenboot/check/required.d/41_dcn-ha_cib.sh"));
    writeFileSync(join(root, "etc/machine-id"), "0123\n");
    mkdirSync(join(root, "etc/systemd/system/multi-user.target.wants"), { recursive: true });
    writeFileSync(join(root, "etc/systemd/system/multi-user.target.wants/pacemaker.service"), "");
    const report = await look("bad", "gateway");
    expect(report.good).toBe(false);
    const said = report.checks.map((check) => check.said).join("\n");
    for (const fault of ["no role gateway", "no corosync", "cib.xml", "/etc/machine-id", "pacemaker.service"])
      expect(said).toContain(fault);
    expect(readFileSync(join(root, "etc/machine-id"), "utf8")).toBe("0123\n");
  });
});

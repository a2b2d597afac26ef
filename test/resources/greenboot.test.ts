// The stand-in for greenboot on nodes without it: boots of a device whose deployments and boot loader are files, played one after another.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { need, needRoot } from "../golden/tools.js";
import { OstreeDisk } from "../sandbox/ostree-disk.js";

const GREENBOOT = join(import.meta.dirname, "../../resources/health/greenboot");
const [OLD, NEW] = [`${"a".repeat(64)}.0`, `${"b".repeat(64)}.0`];
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** A device with two deployments; the boot loader takes the entry with the highest version, and ostree its order from there. */
class Device {
  readonly root = mkdtempSync(join(tmpdir(), "dcn-ha-greenboot-"));
  private booted = "";

  constructor() {
    roots.push(this.root);
    this.tool("systemctl", `echo "$*" >>${this.root}/calls`);
  }

  write(path: string, text: string, mode = 0o644): this {
    const target = join(this.root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    chmodSync(target, mode);
    return this;
  }

  read(path: string): string {
    const target = join(this.root, path);
    return existsSync(target) ? readFileSync(target, "utf8") : "";
  }

  tool(name: string, body: string): this {
    return this.write(`stubs/${name}`, `#!/bin/sh\n${body}\n`, 0o755);
  }

  /** Deployments in boot order. */
  deploy(...order: readonly string[]): this {
    order.forEach((deployment, index) => {
      const name = deployment === OLD ? "old" : "new";
      this.write(
        `boot/loader/entries/ostree-${name}.conf`,
        `title x\nversion ${order.length - index}\noptions ostree=${deployment}\n`,
      );
    });
    return this;
  }

  check(kind: "required" | "wanted", name: string, exitCode: number): this {
    return this.write(`usr/lib/greenboot/check/${kind}.d/${name}`, `#!/bin/sh\nexit ${exitCode}\n`, 0o755);
  }

  order(): string[] {
    const entries = ["old", "new"].flatMap((name) => {
      const text = this.read(`boot/loader/entries/ostree-${name}.conf`);
      const version = Number(/^version (\d+)$/m.exec(text)?.[1]);
      return text === "" ? [] : [{ version, deployment: /ostree=(\S+)/.exec(text)?.[1] ?? "" }];
    });
    return entries.sort((a, b) => b.version - a.version).map(({ deployment }) => deployment);
  }

  private run(verb: string): string {
    const [...order] = this.order();
    const lines = order.map(
      (one) => `${one === this.booted ? "*" : " "} dcn ${one}\n    origin refspec: dcn:${one}`,
    );
    const status = lines.join("\n");
    this.tool("ostree", `[ "$2" = status ] || exit 1\ncat <<'X'\n${status}\nX`);
    const script = readFileSync(GREENBOOT, "utf8")
      .replace("root=''", `root='${this.root}'`)
      .replace(/^PATH=/m, `PATH=${this.root}/stubs:`);
    const done = spawnSync("sh", ["-s", verb], { input: script, encoding: "utf8" });
    expect(done.stderr).not.toMatch(/not found|syntax|unexpected/);
    return `${done.stdout}${done.stderr}`;
  }

  /** One boot: the first deployment starts; where it ends before its checks, only the boot is counted. Says whether it asked for a reboot. */
  boot(options: { readonly crash?: boolean; readonly still?: boolean } = {}): {
    readonly deployment: string;
    readonly reboot: boolean;
  } {
    this.write("calls", "");
    // `still`: a boot loader with a copy of the entries has not heard of a new order.
    if (options.still !== true) this.booted = this.order()[0] ?? "";
    rmSync(join(this.root, "run"), { recursive: true, force: true });
    mkdirSync(join(this.root, "run"));
    this.run("count");
    const early = this.read("calls").includes("reboot");
    if (!early && options.crash !== true) this.run("check");
    return { deployment: this.booted, reboot: this.read("calls").includes("reboot") };
  }

  status(): string {
    return this.run("status");
  }

  banner(): string {
    return this.read("run/motd.d/boot-status");
  }
}

/** A device whose old deployment was green, with a new one put first. */
function updated(): Device {
  const device = new Device().deploy(OLD).check("required", "10_one.sh", 0);
  expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
  return device.deploy(NEW, OLD);
}

describe("a device without greenboot", () => {
  test("stays with a new deployment that is green", () => {
    const device = updated();
    expect(device.boot()).toEqual({ deployment: NEW, reboot: false });
    expect(device.banner()).toBe("Boot Status is GREEN - Health Check SUCCESS\n");
    expect(device.status()).toBe(`green ${NEW}\n`);
    expect(device.order()).toEqual([NEW, OLD]);
  });

  test("goes back after three red boots, and says so when the old one is green again", () => {
    const device = updated().check("required", "01_check_git.sh", 1);
    expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.order()).toEqual([NEW, OLD]);
    expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.order()).toEqual([OLD, NEW]);
    device.check("required", "01_check_git.sh", 0);
    expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
    expect(device.banner()).toBe(
      "Boot Status is GREEN - Health Check SUCCESS\nFALLBACK BOOT DETECTED! Default ostree deployment has been rolled back.\n",
    );
    expect(device.status()).toBe(`green ${OLD}\nrolled-back ${NEW} 01_check_git.sh\n`);
    expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
  });

  test("stays with a deployment that is green at its third boot", () => {
    const device = updated().check("required", "10_two.sh", 1);
    device.boot();
    device.boot();
    device.check("required", "10_two.sh", 0);
    expect(device.boot()).toEqual({ deployment: NEW, reboot: false });
    expect(device.status()).toBe(`green ${NEW}\n`);
  });

  test("goes back from a deployment that never comes to its checks", () => {
    const device = updated();
    for (let count = 0; count < 3; count += 1) expect(device.boot({ crash: true }).deployment).toBe(NEW);
    expect(device.boot({ crash: true })).toEqual({ deployment: NEW, reboot: true });
    expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
    expect(device.status()).toContain(`rolled-back ${NEW} no-check-ended`);
  });

  test("never leaves a deployment that was green before, whatever fails", () => {
    const device = updated();
    device.boot();
    device.check("required", "10_two.sh", 1);
    for (let count = 0; count < 5; count += 1)
      expect(device.boot()).toEqual({ deployment: NEW, reboot: false });
    expect(device.banner()).toContain("manual intervention necessary");
    expect(device.order()).toEqual([NEW, OLD]);
  });

  test("goes back too where the old deployment was left before it could be green, and only once where both are bad", () => {
    const device = new Device().deploy(OLD).deploy(NEW, OLD).check("required", "10_two.sh", 1);
    for (let count = 0; count < 3; count += 1)
      expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.order()).toEqual([OLD, NEW]);
    for (let count = 0; count < 5; count += 1)
      expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
    expect(device.banner()).toContain("No other deployment is better: manual intervention necessary");
    expect(device.status()).toBe(`rolled-back ${NEW} 10_two.sh\n`);
  });

  test("has nowhere to go with its only deployment", () => {
    const device = new Device().deploy(OLD).check("required", "10_two.sh", 1);
    for (let count = 0; count < 5; count += 1)
      expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
  });

  test("goes back at once from a deployment that is red where its boots cannot be counted", () => {
    const device = updated().check("required", "10_two.sh", 1);
    // What fills up, or cannot be written any more, is what the new image brought.
    device.write("var/lib/dcn-ha/greenboot/trial.new/x", "");
    expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.order()).toEqual([OLD, NEW]);
    expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
  });

  test("tells GRUB of the way back once more where that failed or the power went, and does not boot the bad one without end", () => {
    const device = updated().check("required", "10_two.sh", 1);
    device.write("etc/grub.d/15_ostree", "").tool("update-grub", `echo >>${device.root}/told; exit 1`);
    for (let count = 0; count < 2; count += 1)
      expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.boot()).toEqual({ deployment: NEW, reboot: false });
    expect(device.banner()).toContain("The boot loader could not be told of the way back");
    expect(device.order()).toEqual([OLD, NEW]);
    device.tool("update-grub", `echo >>${device.root}/told`);
    expect(device.boot({ still: true })).toEqual({ deployment: NEW, reboot: true });
    expect(device.read("told")).toBe("\n\n");
    expect(device.boot()).toEqual({ deployment: OLD, reboot: false });
    expect(device.status()).toContain(`rolled-back ${NEW}`);
  });

  test("is green where only a wanted check fails", () => {
    const device = updated().check("wanted", "40_dcn-ha_member.sh", 1);
    expect(device.boot()).toEqual({ deployment: NEW, reboot: false });
    expect(device.banner()).toContain("GREEN");
  });

  test("takes its settings from where greenboot has them", () => {
    const device = updated().check("required", "10_two.sh", 1);
    device.write("etc/greenboot/greenboot.conf", "GREENBOOT_MAX_BOOT_ATTEMPTS=1\n");
    expect(device.boot()).toEqual({ deployment: NEW, reboot: true });
    expect(device.order()).toEqual([OLD, NEW]);
    const other = updated().check("required", "10_two.sh", 1);
    other.write("etc/greenboot/greenboot.conf", 'DISABLED_HEALTHCHECKS=("x.sh" "10_two.sh")\n');
    expect(other.boot()).toEqual({ deployment: NEW, reboot: false });
  });
});

test("the way back turns the order that the real ostree reads, and its next deployment comes first again", (context) => {
  need(context, "ostree");
  needRoot(context, "ostree deploys for root alone");
  const disk = new OstreeDisk();
  try {
    for (const version of ["1.0.0", "2.0.0", "3.0.0"]) disk.deploy(version);
    const text = readFileSync(GREENBOOT, "utf8").replace("root=''", `root='${disk.sysroot}'`);
    const script = `${text.slice(0, text.indexOf("most=$(setting"))}go_back\n`;
    const run = spawnSync("sh", ["-s"], { input: script, encoding: "utf8" });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(disk.versions()).toEqual(["2.0.0", "3.0.0", "1.0.0"]);
    disk.deploy("4.0.0");
    expect(disk.versions()).toEqual(["4.0.0", "2.0.0", "3.0.0", "1.0.0"]);
  } finally {
    disk.remove();
  }
}, 120_000);

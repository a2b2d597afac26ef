// A disk that the real ostree deploys to (ostree-admin(1)), with trees that hold next to nothing; root is needed for it.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

/** One sysroot in a folder of its own. */
export class OstreeDisk {
  private readonly folder = mkdtempSync(join(tmpdir(), "dcn-ha-ostree-"));
  readonly sysroot = join(this.folder, "sysroot");
  private readonly tree = join(this.folder, "tree");

  constructor() {
    mkdirSync(this.sysroot);
    for (const name of [
      "usr/lib/modules/1",
      "usr/etc",
      "boot",
      "dev",
      "proc",
      "sys",
      "run",
      "tmp",
      "var",
      "sysroot",
    ])
      mkdirSync(join(this.tree, name), { recursive: true });
    symlinkSync("sysroot/ostree", join(this.tree, "ostree"));
    for (const file of ["vmlinuz", "initramfs.img"])
      writeFileSync(join(this.tree, "usr/lib/modules/1", file), "x");
    writeFileSync(join(this.tree, "usr/lib/os-release"), "ID=x\nPRETTY_NAME=X\n");
    this.ostree("admin", "init-fs", "--modern", this.sysroot);
    this.ostree(`--repo=${this.sysroot}/ostree/repo`, "config", "set", "core.fsync", "false");
    this.ostree("admin", "os-init", "dcn", `--sysroot=${this.sysroot}`);
  }

  /** Commits a tree of this version and deploys it before the others, which stay. */
  deploy(version: string): void {
    writeFileSync(join(this.tree, "usr/etc/version"), version);
    const how = [`--repo=${this.sysroot}/ostree/repo`, "commit", "--branch=dcn/hmi/site-1"];
    this.ostree(...how, `--add-metadata-string=version=${version}`, this.tree);
    this.ostree("admin", "deploy", "--retain", `--sysroot=${this.sysroot}`, "--os=dcn", "dcn/hmi/site-1");
  }

  /** What `ostree admin status` prints. */
  status(): string {
    return this.ostree("admin", "status", `--sysroot=${this.sysroot}`);
  }

  /** Versions in boot order. */
  versions(): string[] {
    return [...this.status().matchAll(/Version: (\S+)/g)].map((match) => match[1] ?? "");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private ostree(...words: readonly string[]): string {
    // Deployments would get the file attribute by which even root cannot remove them.
    const env = { ...process.env, OSTREE_SYSROOT_DEBUG: "mutable-deployments" };
    const run = spawnSync("ostree", words, { encoding: "utf8", env });
    expect(run.status, `${words.join(" ")}: ${run.stderr}`).toBe(0);
    return run.stdout;
  }
}

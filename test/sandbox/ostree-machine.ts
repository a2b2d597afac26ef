// A machine of real ostree without a kernel: its booted deployment is the root folder of a mount namespace, so that ostree(1) takes it for
// booted, stages, finalizes and goes back as on a device. What needs a running systemd is a stand-in that notes what it was told.
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HELPER_ARGV } from "../../src/observation/index.js";
import type { Command, CommandResult, Transport } from "../../src/transport/index.js";

const HELPER = join(import.meta.dirname, "../../resources/node/helper");
const STAND_INS = join(import.meta.dirname, "../contract/stand-ins");
const OS = "dcn";
/** The ref that a machine follows. */
export const REF = "dcn/hmi/site-1";

/** Mounts what a machine has around its deployment, and runs a command in it: SYSROOT DEPLOYMENT FOLDER COMMAND… */
const INSIDE = `s=$1 d=$2 f=$3; shift 3
mount --bind "$d" "$d" && mount --bind "$s" "$d/sysroot" && mount --bind "$s/boot" "$d/boot" && mount --bind "$f" "$d/mnt" &&
mount --bind "$f/run" "$d/run" && mount --bind "$s/ostree/deploy/${OS}/var" "$d/var" && mount --bind /usr "$d/usr" &&
mount --bind /dev "$d/dev" && mount -t proc proc "$d/proc" && mount --bind "$f/boot_id" "$d/proc/sys/kernel/random/boot_id" &&
mount -t tmpfs tmpfs "$d/tmp" && exec chroot "$d" "$@"`;

/** One machine in a folder of its own. */
export class OstreeMachine {
  readonly folder = mkdtempSync(join(tmpdir(), "dcn-ha-machine-"));
  private readonly sysroot = join(this.folder, "sysroot");
  private readonly tree = join(this.folder, "tree");
  private boots = 0;

  /** With `standIns`, commands of that name are stand-ins over ostree; without `finalizer`, nothing makes a staged deployment bootable. */
  constructor(options: { readonly standIns?: readonly string[]; readonly finalizer?: boolean } = {}) {
    const { standIns = [], finalizer = true } = options;
    const folders = ["boot", "dev", "mnt", "proc", "run", "sys", "sysroot", "tmp", "usr/etc", "var"];
    for (const name of [...folders, "usr/lib/modules/1"])
      mkdirSync(join(this.tree, name), { recursive: true });
    symlinkSync("sysroot/ostree", join(this.tree, "ostree"));
    for (const name of ["bin", "lib", "lib64", "sbin"]) symlinkSync(`usr/${name}`, join(this.tree, name));
    this.put("usr/lib/modules/1/vmlinuz", "x");
    this.put("usr/lib/modules/1/initramfs.img", "x");
    this.put("usr/lib/os-release", "ID=x\nPRETTY_NAME=X\n");
    for (const name of ["passwd", "group", "alternatives"])
      cpSync(join("/etc", name), join(this.tree, "usr/etc", name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    this.host("ostree", "init", `--repo=${this.archive}`, "--mode=archive");
    mkdirSync(this.sysroot);
    this.host("ostree", "admin", "init-fs", "--modern", this.sysroot);
    this.repository("config", "set", "core.fsync", "false");
    this.host("ostree", "admin", "os-init", OS, `--sysroot=${this.sysroot}`);
    this.stubs(standIns);
    if (finalizer) this.write("units/ostree-finalize-staged.service.active", "");
  }

  /** Where images are published. */
  get archive(): string {
    return join(this.folder, "archive");
  }

  /** Puts a file into the tree of the next image. */
  put(path: string, text: string, mode = 0o644): this {
    const target = join(this.tree, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    chmodSync(target, mode);
    return this;
  }

  /** Publishes the tree as this version and returns its commit. */
  publish(version: string, ref = REF): string {
    this.put("usr/etc/version", version);
    const how = [`--branch=${ref}`, `--add-metadata-string=version=${version}`, this.tree];
    return this.host("ostree", `--repo=${this.archive}`, "commit", ...how).trim();
  }

  /** Lays what is published onto the disk, as an installer does, and boots it. */
  install(): this {
    const remote = ["remote", "add", "--no-gpg-verify", "images"];
    this.repository(...remote, `file://${this.archive}`);
    this.repository("pull", "images", REF);
    this.host("ostree", "admin", "deploy", `--sysroot=${this.sysroot}`, `--os=${OS}`, `images:${REF}`);
    this.repository("config", "set", 'remote "images".url', "file:///mnt/archive");
    return this.start();
  }

  /** An ordinary reboot: a staged deployment becomes bootable, unless finalizing fails. */
  reboot({ finalizing = true }: { readonly finalizing?: boolean } = {}): this {
    if (existsSync(join(this.folder, "run/ostree/staged-deployment"))) {
      if (finalizing) this.run("ostree", "admin", "finalize-staged");
      else this.write("sysroot/boot/ostree/finalize-failure.stamp", "no space left on device\n");
    }
    return this.start();
  }

  /** A power cut, and power again. */
  cutPower(): this {
    return this.start();
  }

  /** Another boot, into what the boot loader takes first. */
  private start(): this {
    rmSync(join(this.folder, "run"), { recursive: true, force: true });
    this.write("run/ostree-booted", "");
    this.boots += 1;
    this.write("boot_id", `00000000-0000-4000-8000-${String(this.boots).padStart(12, "0")}\n`);
    rmSync(join(this.folder, "units/dcn-ha-reboot.timer.active"), { force: true });
    const entries = join(this.sysroot, "boot/loader/entries");
    const found = readdirSync(entries).map((name) => readFileSync(join(entries, name), "utf8"));
    const versionOf = (text: string): number => Number(/^version (\d+)/m.exec(text)?.[1]);
    found.sort((left, right) => versionOf(right) - versionOf(left));
    const link = /ostree=(\S+)/.exec(found[0] ?? "")?.[1] ?? "";
    this.deployment = this.host("readlink", "-f", join(this.sysroot, link)).trim();
    return this;
  }

  private deployment = "";

  /** Runs a command on the machine; throws where it fails. */
  run(...argv: readonly string[]): string {
    return this.host(...this.inside(argv));
  }

  /** Text of a file below the machine's folder: `run/…`, `sysroot/…`, `units/…`. */
  read(path: string): string | undefined {
    const target = join(this.folder, path);
    return existsSync(target) ? readFileSync(target, "utf8") : undefined;
  }

  write(path: string, text: string, mode = 0o644): this {
    const target = join(this.folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    chmodSync(target, mode);
    return this;
  }

  /** Everything that was written below the disk and /run, for tests of what writes nothing. */
  fingerprint(): string {
    const list =
      "find sysroot run -newer boot_id ! -type d ! -path '*helper.*' ! -name '*.flock' ! -name .lock | sort";
    return this.host("sh", "-c", `cd ${this.folder} && ${list}`);
  }

  /** The login that may run the helper. */
  get transport(): Transport {
    return { exec: (node, command) => this.exec(node, command), close: () => Promise.resolve() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private exec(node: string, command: Command): Promise<CommandResult> {
    if (command.argv.join(" ") !== HELPER_ARGV.join(" ")) throw new Error("only the helper may be run");
    const helper = readdirSync(HELPER)
      .sort()
      .map((part) => readFileSync(join(HELPER, part), "utf8"))
      .join("")
      .replace(/^PATH=/m, "PATH=/mnt/stubs:");
    this.write("helper", helper);
    const [file = "", ...words] = this.inside(["sh", "/mnt/helper"]);
    const startMs = Date.now();
    return new Promise((resolve, reject) => {
      const child = spawn(file, words, { env: ENVIRONMENT, stdio: ["pipe", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        stdout += part;
      });
      child.stderr.setEncoding("utf8").on("data", (part: string) => {
        stderr += part;
      });
      child.once("error", reject);
      child.once("close", (exitCode, signal) => {
        const durationMs = Date.now() - startMs;
        const { argv } = command;
        resolve({ node, argv, exitCode, signal, stdout, stderr, durationMs, timedOut: false, lost: false });
      });
      child.stdin.end(command.stdin);
    });
  }

  private inside(argv: readonly string[]): string[] {
    const apart = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"];
    return [...apart, "sh", "-c", INSIDE, "sh", this.sysroot, this.deployment, this.folder, ...argv];
  }

  private repository(...words: readonly string[]): string {
    return this.host("ostree", `--repo=${this.sysroot}/ostree/repo`, ...words);
  }

  private host(...[file = "", ...words]: readonly string[]): string {
    const run = spawnSync(file, words, { encoding: "utf8", env: ENVIRONMENT });
    if (run.status !== 0) throw new Error(`${file} ${words.join(" ")}: ${run.stderr}`);
    return run.stdout;
  }

  private stubs(standIns: readonly string[]): void {
    const stub = (name: string, body: string): unknown =>
      this.write(`stubs/${name}`, `#!/bin/sh\n${body}\n`, 0o755);
    stub("logger", `shift; echo "$@" >>/mnt/journal.log`);
    stub("systemd-run", `echo "$@" >>/mnt/later.log; : >/mnt/units/dcn-ha-reboot.timer.active`);
    stub(
      "systemctl",
      `verb=$1; shift
while case \${1:-} in --property=*) property=\${1#*=} ;; --*) : ;; *) false ;; esac; do shift; done
case $verb in
is-active) if [ -e "/mnt/units/$1.active" ]; then echo active; else echo inactive; exit 3; fi ;;
is-system-running) echo running ;;
start) [ -e "/mnt/units/$1.active" ] ;;
show)
  case $property in
  Conflicts) [ ! -e "/mnt/units/$1.active" ] || echo final.target ;;
  *) cat "/mnt/units/$1.show" 2>/dev/null || printf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\nResult=success\\n' ;;
  esac ;;
*) exit 1 ;;
esac`,
    );
    for (const name of standIns)
      this.write(`stubs/${name}`, readFileSync(join(STAND_INS, name), "utf8"), 0o755);
  }
}

/** Deployments would get the file attribute by which even root cannot remove them. */
const ENVIRONMENT = { ...process.env, OSTREE_SYSROOT_DEBUG: "mutable-deployments", LC_ALL: "C" };

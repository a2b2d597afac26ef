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
/** ostree syncs the whole file system at each deployment: here that costs nothing. */
const MEMORY = "/dev/shm";
/** The ref that a machine follows. */
export const REF = "dcn/hmi/site-1";

/** Mounts what a machine has around its deployment, and runs a command in it: SYSROOT DEPLOYMENT FOLDER COMMAND… */
const INSIDE = `s=$1 d=$2 f=$3; shift 3
mount --bind "$d" "$d" && mount --bind "$s" "$d/sysroot" && mount --bind "$s/boot" "$d/boot" && mount --bind "$f" "$d/mnt" &&
mount --bind "$f/run" "$d/run" && mount --bind "$s/ostree/deploy/${OS}/var" "$d/var" && mount --bind /usr "$d/usr" &&
mount --bind /dev "$d/dev" && mount -t proc proc "$d/proc" && mount --bind "$f/boot_id" "$d/proc/sys/kernel/random/boot_id" &&
mount -t tmpfs tmpfs "$d/tmp" && { [ ! -e "$f/readonly" ] || mount -o remount,bind,ro "$d/sysroot"; } && exec chroot "$d" "$@"`;

/** One machine in a folder of its own. */
export class OstreeMachine {
  readonly folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "dcn-ha-machine-"));
  private readonly sysroot = join(this.folder, "sysroot");
  private readonly tree = join(this.folder, "tree");
  private boots = 0;

  /** A fresh one; with `from`, a copy of another one's disk, which is quicker. */
  constructor(from?: OstreeMachine) {
    if (from !== undefined) {
      this.host("cp", "-a", `${from.folder}/.`, this.folder);
      return;
    }
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
    this.host("ostree", `--repo=${this.archive}`, "config", "set", "core.fsync", "false");
    mkdirSync(this.sysroot);
    this.host("ostree", "admin", "init-fs", "--modern", this.sysroot);
    this.repository("config", "set", "core.fsync", "false");
    this.host("ostree", "admin", "os-init", OS, `--sysroot=${this.sysroot}`);
    this.stubs();
    this.write("units/ostree-finalize-staged.service.active", "");
  }

  /** From now on /sysroot is mounted read-only, as ostree's own `sysroot.readonly` does. */
  protectSysroot(): this {
    return this.write("readonly", "");
  }

  /** Another one with the same disk, switched on. */
  copy(): OstreeMachine {
    return new OstreeMachine(this).start();
  }

  /** Puts a stand-in over ostree in the place of a command (test/contract/stand-ins). */
  standIn(...names: readonly string[]): this {
    for (const name of names) this.write(`stubs/${name}`, readFileSync(join(STAND_INS, name), "utf8"), 0o755);
    return this;
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

  /** Puts a link there. */
  link(path: string, to: string): this {
    const target = join(this.tree, path);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(to, target);
    return this;
  }

  /** Publishes the tree as this version and returns its commit. */
  publish(version: string, ref = REF): string {
    this.put("usr/etc/version", version);
    const about = [`--add-metadata-string=version=${version}`, `--add-metadata-string=ref=${ref}`];
    const how = [`--branch=${ref}`, ...about, this.tree];
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
    this.doScheduled();
    if (existsSync(join(this.folder, "run/ostree/staged-deployment"))) {
      if (finalizing) this.run("ostree", "admin", "finalize-staged");
      else this.write("sysroot/boot/ostree/finalize-failure.stamp", "no space left on device\n");
    }
    return this.start();
  }

  /** What systemd was asked to do a moment later, where that is more than to reboot. */
  private doScheduled(): void {
    const words = this.read("later.log")?.trim().split("\n").at(-1)?.split(" -- ")[1]?.split(" ") ?? [];
    rmSync(join(this.folder, "later.log"), { force: true });
    if (words.length > 0 && words[0] !== "systemctl")
      this.run("sh", "-c", `PATH=/mnt/stubs:$PATH; ${words.join(" ")}`);
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

  forget(path: string): this {
    rmSync(join(this.folder, path), { force: true });
    return this;
  }

  /** Digests of what lies on the disk, of what is noted below /var and of what is staged; locks and folders that come and go apart. */
  written(): string {
    const list =
      "find sysroot run -type f ! -name '*.flock' ! -name .lock ! -path '*/helper.*' ! -name '*.rows' | sort | xargs sha256sum";
    return this.host("sh", "-c", `cd ${this.folder} && ${list}`);
  }

  /** Holds the lock under which the helper does things with images, until the returned function is called. */
  holdImageLock(): () => void {
    const child = spawn("flock", [join(this.folder, "run/dcn-ha/image.flock"), "sleep", "60"], {
      detached: true,
    });
    const { pid } = child;
    const held = 'until ! flock -n "$1" true; do sleep 0.05; done';
    this.host("sh", "-c", held, "sh", join(this.folder, "run/dcn-ha/image.flock"));
    return () => {
      if (pid !== undefined) process.kill(-pid);
    };
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

  private stubs(): void {
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
reboot) : ;;
start) [ -e "/mnt/units/$1.active" ] ;;
show)
  case $property in
  Conflicts) [ ! -e "/mnt/units/$1.active" ] || echo final.target ;;
  *)
    between=''
    for unit; do
      [ -z "$between" ] || echo
      cat "/mnt/units/$unit.show" 2>/dev/null || printf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\nResult=success\\n'
      between=yes
    done ;;
  esac ;;
*) exit 1 ;;
esac`,
    );
  }
}

/** Deployments would get the file attribute by which even root cannot remove them. */
const ENVIRONMENT = { ...process.env, OSTREE_SYSROOT_DEBUG: "mutable-deployments", LC_ALL: "C" };

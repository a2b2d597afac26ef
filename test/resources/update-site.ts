// A node that updates itself, as the real program sees it: its group and its images are files, its clock goes as fast as it sleeps.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const PARTS = join(import.meta.dirname, "../../resources/node/update");
const PROGRAM = readdirSync(PARTS)
  .sort()
  .map((part) => readFileSync(join(PARTS, part), "utf8"))
  .join("");
const WORLD = join(import.meta.dirname, "update-world.sh");
export const OLD = "a".repeat(64);
export const NEW = "b".repeat(64);
const SETTINGS = "soak=3\norder_wait=20\ndrain=12\nstage=60\nreboot=120\ngreen=100\njoin=50\n";
const COMPARED = ["old", "new"]
  .map(
    (side) =>
      `${side}.architecture=x86_64\n${side}.feature-set=3.16.1\n${side}.corosync=3.1.7\n${side}.crm-verify=0\n`,
  )
  .join("")
  .concat("new.greenboot=stand-in\nnew.boot-counter=yes\nnew.helper=1\nnew.gate=1\nend=yes\n");
const WELL = {
  ...{
    booted: OLD,
    image: NEW,
    version: "2.0.0",
    health: "green",
    cluster: "active",
    standby: "none",
    count: "0",
  },
  ...{ work: "panel", active: "panel control", dc: "gw-01", lock: "free", may: "yes", compared: COMPARED },
};

/** How the node comes up with an image that it was to boot. */
export type Boot = "good" | "left" | "back" | "old" | "red" | "alone" | "none";

/** What may be left of a turn. */
export interface Left {
  readonly turn: string;
  readonly lock: string;
  readonly standby: string;
  readonly next: string;
}

/** One node, `hmi-01`. */
export class UpdateSite {
  readonly root = mkdtempSync(join(tmpdir(), "dcn-ha-update-"));
  private boots = 0;
  private runs = 0;
  private readonly program = PROGRAM.replace(/^root=''$/m, `root='${this.root}'`)
    .replace(/^proc=\/proc$/m, `proc=${this.root}/proc`)
    // A cluster that does not stop is waited for two seconds at a time, each some dozens of processes.
    .replace("s_stop=300", "s_stop=24")
    .replace(/^PATH=.*$/m, `PATH=${this.root}/stubs:/usr/sbin:/usr/bin:/sbin:/bin`);

  constructor(settings = "") {
    const stub = (path: string, body: string): void => {
      this.write(path, `#!/bin/sh\n${body}\n`);
      chmodSync(join(this.root, path), 0o755);
    };
    stub("stubs/sync", ":");
    stub(
      "stubs/sleep",
      `read -r up _ <${this.root}/proc/uptime; echo "$((up + $1)) 0" >${this.root}/proc/uptime`,
    );
    stub(
      "stubs/date",
      `[ "$*" != +%s ] || [ ! -e ${this.root}/clock ] || exec cat ${this.root}/clock\nexec /usr/bin/date "$@"`,
    );
    for (const name of ["helper", "fleetlock"])
      stub(`usr/local/lib/dcn-ha/${name}`, `exec ${WORLD} ${name === "helper" ? "" : '"$@"'}`);
    this.write("etc/dcn-ha/gate.json", '{\n  "cluster": "site-1",\n  "node": "hmi-01"\n}\n');
    this.write("usr/lib/dcn-ha/update.conf", settings + SETTINGS);
    mkdirSync(join(this.root, "run"));
    for (const [name, value] of Object.entries(WELL)) this.set(name, value);
    this.restart();
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), "utf8") : "";
  }

  /** A fact of its world. */
  set(name: string, value: string): void {
    this.write(`world/${name}`, `${value}\n`);
  }

  forget(name: string): void {
    rmSync(join(this.root, "world", name), { force: true });
  }

  get(name: string): string {
    return this.read(`world/${name}`).trim();
  }

  /** It knows a time zone, as this machine does. */
  zone(name: string): void {
    mkdirSync(dirname(join(this.root, "usr/share/zoneinfo", name)), { recursive: true });
    copyFileSync(join("/usr/share/zoneinfo", name), join(this.root, "usr/share/zoneinfo", name));
  }

  /** Seconds go by. */
  pass(seconds: number): void {
    const up = Number(this.read("proc/uptime").split(" ")[0]);
    this.write("proc/uptime", `${up + seconds} 0\n`);
  }

  /** The machine starts: with what boots next where it was asked to, and as after a power cut where not. */
  restart(how: Boot = "good"): void {
    this.boots += 1;
    const isAsked = this.get("rebooting") === "yes";
    this.write("proc/sys/kernel/random/boot_id", `boot-${this.boots}\n`);
    this.write("proc/uptime", "20 0\n");
    const [next, booted] = [this.get("next"), this.get("booted")];
    // What is staged is gone where the system did not go down by itself.
    for (const name of ["rebooting", "next"]) this.forget(name);
    this.set("cluster", "active");
    if (!isAsked || next === "" || how === "old") return;
    const isBack = how === "left" || how === "back";
    this.set("others", isBack ? next : booted);
    // Only the stand-in for greenboot remembers which check it was.
    if (how === "left") this.set("left", `${next}.0 10_git.sh`);
    if (!isBack) this.set("booted", next);
    if (how === "red") this.set("health", "red");
    if (how === "alone") this.set("away", "yes");
  }

  /** One run of the program; `calls` of the helper until it is killed. */
  run(calls?: number): string {
    this.forget("cut");
    this.runs += 1;
    const id = String(this.runs).padStart(8, "0");
    this.write("proc/sys/kernel/random/uuid", `${id}-0000-4000-8000-000000000000\n`);
    if (calls !== undefined) this.set("cut", String(Number(this.get("count")) + calls));
    const env = { ...process.env, WORLD: join(this.root, "world") };
    const run = spawnSync("sh", ["-s"], { input: this.program, encoding: "utf8", env });
    if (run.signal === null && run.status !== 0)
      throw new Error(`exit ${run.status}: ${run.stdout}${run.stderr}`);
    if (run.stderr !== "") throw new Error(run.stderr);
    return run.stdout;
  }

  /** Runs it as its timer does, and boots where it asks to, until a turn came to its end or it was started that often. */
  live(how: Boot = "good", runs = 12): string {
    let said = "";
    for (let number = 0; number < runs; number += 1) {
      said += this.run();
      if (this.outcomes().length > 0 && this.left().turn === "none") break;
      if (this.get("rebooting") === "yes" && how !== "none") this.restart(how);
      else this.pass(60);
    }
    return said;
  }

  /** Outcomes that were noted, in order, each once. */
  outcomes(): string[] {
    const events = this.get("notes").split("\n").filter(Boolean);
    const seen = events.map((line) => JSON.parse(line) as { outcome?: string });
    return [...new Set(seen.flatMap(({ outcome }) => outcome ?? []))];
  }

  /** What must hold when nothing is under way any more. */
  left(): Left {
    const turn = this.read("var/lib/dcn-ha/update/turn") === "" ? "none" : "some";
    return { turn, lock: this.get("lock"), standby: this.get("standby"), next: this.get("next") };
  }
}

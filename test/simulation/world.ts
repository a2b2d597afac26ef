// A group of nodes with their OS and their cluster, one second after the other: what is true, whoever knows of it.
import type { Chance } from "./random.js";

export const OLD = `sha256:${"0".repeat(64)}`;
export const NEW = `sha256:${"1".repeat(64)}`;

/** How an image behaves. `red` goes back by itself, `stuck` does not; `hangs` never boots, `loops` neither, but its bootloader counts. */
export type ImageKind = "good" | "red" | "stuck" | "no-join" | "hangs" | "loops" | "worse";

/** A node. */
export interface SimNode {
  readonly name: string;
  boot: number;
  /** The OS answers. */
  up: boolean;
  /** When it will answer; undefined: it is not on its way. */
  upAt: number | undefined;
  upSince: number;
  booted: string;
  staged: string | undefined;
  rollback: string | undefined;
  /** Boots that the booted image has left until it is given up; undefined: it is not on trial. */
  tries: number | undefined;
  health: "green" | "red" | "in progress";
  healthAt: number;
  /** Last second in which it was green, and on which image. */
  green: { image: string; at: number };
  cluster: "stopped" | "starting" | "running" | "stopping";
  clusterAt: number;
  /** It left without a word, then. */
  lostAt: number | undefined;
  /** Last second in which it was in the cluster. */
  seenAt: number;
  standby: "none" | "ours" | "a person's";
  busy: number;
  busyAt: number;
  staging: { readonly image: string; readonly at: number } | undefined;
  /** It is out, and we made it so. */
  outByUs: boolean;
  /** Things that go wrong here. */
  readonly broken: Set<"drain" | "stage" | "stop" | "reboot" | "finalize" | "fence" | "mains">;
}

/** How long the others take to miss a node, in seconds. */
const TOKEN = 3;

/** The nodes and what they do by themselves. */
export class World {
  now = 0;
  readonly nodes: SimNode[];
  /** How often a node went back to the image before by itself. */
  fellBack = 0;
  /** Nothing can be asked before then. */
  unreachableUntil = 0;

  constructor(
    readonly chance: Chance,
    count: number,
    readonly image: ImageKind,
    readonly wasThere: boolean,
  ) {
    this.nodes = Array.from({ length: count }, (_, index) => freshNode(`dcn${index + 1}`, wasThere));
  }

  node(name: string): SimNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  /** One second goes by. */
  tick(): void {
    this.now += 1;
    for (const node of this.nodes) {
      this.#os(node);
      this.#cluster(node);
    }
    for (const node of this.nodes) this.#fence(node);
  }

  get running(): SimNode[] {
    return this.nodes.filter(({ cluster }) => cluster === "running");
  }

  isMajority(online: number): boolean {
    return this.nodes.length === 2 ? online >= 1 : online > this.nodes.length / 2;
  }

  /** What the others' Pacemaker says. */
  member(node: SimNode): "online" | "standby" | "joining" | "offline" | "unclean" {
    if (node.lostAt !== undefined) return this.now - node.lostAt < TOKEN ? "online" : "unclean";
    if (node.cluster === "starting") return "joining";
    if (node.cluster === "stopped") return "offline";
    return node.standby !== "none" && node.busy === 0 ? "standby" : "online";
  }

  kind(image: string): ImageKind {
    return image === NEW ? this.image : "good";
  }

  /** Power is gone at once; it comes back then, or never by itself. */
  cut(node: SimNode, backAt: number | undefined): void {
    if (node.cluster !== "stopped") node.lostAt = this.now;
    this.#down(node);
    node.staged = undefined;
    node.staging = undefined;
    node.upAt = backAt === undefined ? undefined : Math.max(backAt, this.now + 1);
  }

  /** A shutdown in order, and another boot. */
  reboot(node: SimNode): void {
    this.#down(node);
    if (node.staged !== undefined && !node.broken.has("finalize")) {
      [node.rollback, node.booted] = [node.booted, node.staged];
      node.tries = 3;
    }
    node.staged = undefined;
    node.staging = undefined;
    node.upAt = this.now + this.chance.between(8, 30);
  }

  /** What a person does with a node that cannot help itself: boots what ran before. */
  repair(node: SimNode): void {
    node.broken.clear();
    const isBad = ["stuck", "hangs", "loops", "red", "no-join"].includes(this.kind(node.booted));
    if (node.booted === NEW && isBad) this.goBack(node);
    if (!node.up) node.upAt = this.now + 10;
  }

  /** A person boots what ran before; nobody can tell that from a node that does so by itself. */
  goBack(node: SimNode): void {
    if (node.rollback === undefined) return;
    this.fellBack += 1;
    [node.rollback, node.booted] = [node.booted, node.rollback];
    [node.tries, node.staged, node.staging] = [undefined, undefined, undefined];
    this.#down(node);
    node.upAt = this.now + 15;
  }

  #down(node: SimNode): void {
    node.up = false;
    node.cluster = "stopped";
    node.busy = 0;
    node.health = "in progress";
    node.upAt = undefined;
  }

  #os(node: SimNode): void {
    if (node.upAt !== undefined && node.upAt <= this.now) this.#boot(node);
    if (!node.up) return;
    if (node.staging !== undefined && node.staging.at <= this.now) {
      if (node.booted !== node.staging.image) node.staged = node.staging.image;
      node.staging = undefined;
    }
    if (node.health === "green") node.green = { image: node.booted, at: this.now };
    if (node.health !== "in progress" || node.healthAt > this.now) return;
    const kind = this.kind(node.booted);
    node.health = kind === "red" || kind === "stuck" ? "red" : "green";
    if (node.health === "green") node.tries = undefined;
    else if (kind === "red" && node.tries !== undefined) this.reboot(node);
  }

  #boot(node: SimNode): void {
    node.upAt = undefined;
    if (node.tries === 0) {
      [node.booted, node.rollback] = [node.rollback ?? OLD, node.booted];
      node.tries = undefined;
      this.fellBack += 1;
    }
    if (node.tries !== undefined && this.kind(node.booted) !== "stuck") node.tries -= 1;
    const kind = this.kind(node.booted);
    if (kind === "hangs") return;
    if (kind === "loops") {
      node.tries ??= 3;
      node.upAt = this.now + 15;
      return;
    }
    node.up = true;
    node.upSince = this.now;
    node.boot += 1;
    node.health = "in progress";
    node.healthAt = this.now + this.chance.between(4, 15);
    if (kind !== "no-join") this.start(node);
  }

  start(node: SimNode): void {
    node.cluster = "starting";
    node.clusterAt = this.now + this.chance.between(3, 12);
  }

  #cluster(node: SimNode): void {
    if (node.cluster === "starting" && node.clusterAt <= this.now) {
      node.cluster = "running";
      node.lostAt = undefined;
      node.busyAt = this.now + 4;
    }
    if (node.cluster === "stopping" && node.clusterAt <= this.now && !node.broken.has("stop")) {
      node.cluster = "stopped";
      node.busy = 0;
    }
    if (node.cluster === "running" || node.cluster === "stopping") node.seenAt = this.now;
    if (node.cluster === "running" && node.standby !== "ours") node.outByUs = false;
    if (node.cluster !== "running" || node.busyAt > this.now) return;
    if (node.standby === "none") node.busy = 2;
    else if (!node.broken.has("drain")) node.busy = 0;
  }

  #fence(node: SimNode): void {
    if (node.lostAt === undefined || this.now - node.lostAt < TOKEN + 8) return;
    if (!this.isMajority(this.running.length) || this.running.length === 0) return;
    if (node.broken.has("fence")) return;
    node.lostAt = undefined;
    // The BMC switches it on again, where there is power.
    if (!node.broken.has("mains")) node.upAt ??= this.now + this.chance.between(8, 30);
  }
}

function freshNode(name: string, wasThere: boolean): SimNode {
  return {
    name,
    boot: 1,
    up: true,
    upAt: undefined,
    upSince: 0,
    booted: OLD,
    staged: undefined,
    rollback: wasThere ? NEW : undefined,
    tries: undefined,
    health: "green",
    healthAt: 0,
    green: { image: OLD, at: 0 },
    cluster: "running",
    clusterAt: 0,
    lostAt: undefined,
    seenAt: 0,
    standby: "none",
    busy: 2,
    busyAt: 0,
    staging: undefined,
    outByUs: false,
    broken: new Set(),
  };
}

// What lives in the cluster itself: lock, record, denied images, standby; and what nodes do when they are asked.
import { decodeRecord, type GroupAsk, type RolloutRecord, writeRecord } from "../../src/rollout/index.js";
import { Audit } from "./audit.js";
import type { SimNode, World } from "./world.js";

/** Who holds the lock. */
export interface Holder {
  readonly token: string;
  /** Its process can be proven to be there. */
  alive: boolean;
}

/** What came back of an ask: done, not done and why, or nobody knows. */
export type Answer = "done" | { readonly trouble: string };

/** How the lock is guarded; mutants leave that out. */
export interface Guards {
  readonly lock: boolean;
  readonly owner: boolean;
}

/** The group as a controller reaches it. */
export class Group {
  lock: Holder | undefined;
  readonly denied = new Set<string>();
  readonly audit: Audit;
  /** How many asks changed something. */
  deeds = 0;
  #text = "none";
  #record: RolloutRecord | undefined;

  constructor(readonly world: World) {
    this.audit = new Audit(world);
  }

  /** Somebody answers for the CIB. */
  get answers(): boolean {
    return this.world.now >= this.world.unreachableUntil && this.world.running.length > 0;
  }

  get record(): RolloutRecord | undefined {
    return this.#record;
  }

  take(holder: Holder): "taken" | "held" | "unreachable" {
    if (!this.answers) return "unreachable";
    if (this.lock !== undefined && this.lock !== holder && this.lock.alive) return "held";
    this.lock = holder;
    return "taken";
  }

  release(holder: Holder): boolean {
    if (!this.answers) return false;
    if (this.lock === holder) this.lock = undefined;
    return true;
  }

  /** Compare-and-set of the record, by the lock's holder or, for a request, by anybody. */
  write(
    by: Holder | "request",
    before: RolloutRecord | undefined,
    next: RolloutRecord,
  ): RolloutRecord | undefined {
    if (!this.answers) return undefined;
    if (by !== "request" && by !== this.lock) return undefined;
    const { write, record } = writeRecord(before, next);
    const stands = this.#text === "none" ? "none" : this.#text.split(" ").slice(0, 2).join(" ");
    if (write.expected !== stands) return undefined;
    this.#text = write.value;
    const state = decodeRecord(this.#text);
    this.#record = state.kind === "record" ? state.record : undefined;
    this.audit.wrote(before, record);
    return record;
  }

  /** Does what is asked, as the helper on the node would: by who holds the lock, in the boot that is meant. */
  carryOut({ ask, node: name }: GroupAsk, by: Holder, guards: Guards): Answer {
    if (guards.lock && by !== this.lock) return { trouble: "the lock is somebody else's" };
    const { world } = this;
    const node = world.node(name);
    const before = JSON.stringify([node.standby, node.cluster, node.upAt, node.staged, node.staging]);
    const answer =
      ask === "set-standby" || ask === "clear-standby" || ask === "deny-image"
        ? this.#inCib(ask, node, guards)
        : this.#onNode(ask, node);
    const isDeed =
      before !== JSON.stringify([node.standby, node.cluster, node.upAt, node.staged, node.staging]);
    if (!isDeed) return answer;
    this.deeds += 1;
    this.audit.check("only the holder of the lock acts", by === this.lock, () => `${ask} ${name} by another`);
    return answer;
  }

  #inCib(ask: "set-standby" | "clear-standby" | "deny-image", node: SimNode, guards: Guards): Answer {
    if (!this.answers) return { trouble: "nobody answers for the CIB" };
    if (ask === "deny-image") {
      this.denied.add(this.record?.nodes[node.name]?.target ?? "");
      return "done";
    }
    if (ask === "set-standby") {
      if (node.standby === "none") {
        node.standby = "ours";
        node.outByUs = true;
        node.busyAt = this.world.now + this.world.chance.between(2, 10);
      }
      return "done";
    }
    if (guards.owner && node.standby !== "ours") return "done";
    node.standby = "none";
    node.busyAt = this.world.now + 4;
    return "done";
  }

  #onNode(
    ask: Exclude<GroupAsk["ask"], "deny-image" | "set-standby" | "clear-standby">,
    node: SimNode,
  ): Answer {
    const { world } = this;
    if (!node.up || world.now < world.unreachableUntil) return { trouble: `${node.name} does not answer` };
    const target = this.record?.nodes[node.name];
    const sameBoot = target?.boot === bootId(node);
    switch (ask) {
      case "pull-image":
        return "done";
      case "stage-image":
        if (node.broken.has("stage")) return { trouble: "no space left on device" };
        if (target !== undefined && node.staged !== target.target && node.staging === undefined)
          node.staging = { image: target.target, at: world.now + world.chance.between(3, 20) };
        return "done";
      case "drop-image":
        node.staged = undefined;
        return "done";
      case "start-cluster":
        if (node.cluster === "stopped" && world.kind(node.booted) !== "no-join") world.start(node);
        return "done";
      case "stop-cluster":
        if (!sameBoot || node.cluster !== "running") return "done";
        this.audit.stops(node);
        node.cluster = "stopping";
        node.clusterAt = world.now + world.chance.between(2, 10);
        node.outByUs = true;
        return "done";
      case "reboot-node":
        if (!sameBoot) return "done";
        if (node.cluster !== "stopped") return { trouble: "its cluster runs" };
        if (node.broken.has("reboot")) return "done";
        world.reboot(node);
        node.outByUs = true;
        return "done";
    }
  }
}

/** As a node names its boot. */
export function bootId(node: SimNode): string {
  return `${node.name}-boot-${node.boot}`;
}

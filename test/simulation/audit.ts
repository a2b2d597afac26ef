// What must hold at every second, judged by what is true and not by what the controller believes.
import type { RolloutRecord } from "../../src/rollout/index.js";
import { NEW, type SimNode, type World } from "./world.js";

/** What must hold. */
export const INVARIANTS = [
  "at most one node is out because of us",
  "quorum is never lost because of us",
  "a person's standby is never ended",
  "a denied image is offered to nobody",
  "an image is denied for what it did",
  "updated is booted and green",
  "a bad outcome halts",
  "no node begins while another is not well",
  "only the holder of the lock acts",
  "nothing is left behind",
  "a second start does nothing",
  "it comes to rest",
  "a good image gets everywhere",
] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** For how long a controller may go by what it saw, in seconds. */
export const GRACE = 15;

/** Counts what was looked at, and keeps what did not hold. */
export class Audit {
  readonly counts = new Map<Invariant, number>();
  readonly broken = new Map<Invariant, string>();
  /** Nodes that a person has in standby. */
  readonly persons = new Set<string>();
  readonly #denied = new Set<string>();

  constructor(readonly world: World) {}

  check(invariant: Invariant, holds: boolean, says: () => string): void {
    this.counts.set(invariant, (this.counts.get(invariant) ?? 0) + 1);
    if (holds || this.broken.has(invariant)) return;
    this.broken.set(invariant, `at ${this.world.now} s: ${says()}`);
  }

  /** After each second. */
  second(record: RolloutRecord | undefined, denied: ReadonlySet<string>): void {
    const { world } = this;
    const out = world.nodes.filter(({ outByUs }) => outByUs).map(({ name }) => name);
    this.check("at most one node is out because of us", out.length <= 1, () => out.join(", "));
    for (const name of this.persons)
      this.check(
        "a person's standby is never ended",
        world.node(name).standby === "a person's",
        () => `${name}'s was`,
      );
    const isDenied = denied.has(NEW) || record?.denied.includes(NEW) === true;
    if (isDenied)
      this.check(
        "an image is denied for what it did",
        world.image !== "good" || world.fellBack > 0,
        () => "a good image is denied",
      );
  }

  /** When a node is told to leave. */
  stops(node: SimNode): void {
    const { world } = this;
    const others = world.nodes.filter((one) => one !== node && this.#isOrWasWell(one));
    const names = others.map(({ name }) => name).join(", ");
    this.check(
      "quorum is never lost because of us",
      world.isMajority(others.length),
      () => `${node.name} stops, there are only ${names}`,
    );
  }

  /** When a record was written. */
  wrote(before: RolloutRecord | undefined, next: RolloutRecord): void {
    if (next.state === "paused" || next.state === "done") this.#rests(next);
    for (const [name, { phase, outcome, target }] of Object.entries(next.nodes)) {
      const was = before?.id === next.id ? before.nodes[name] : undefined;
      const node = this.world.node(name);
      if (phase === "draining" && was?.phase !== "draining") this.#begins(node, target);
      if (outcome === undefined || outcome === was?.outcome) continue;
      const { image, at } = node.green;
      if (outcome === "updated")
        this.check(
          "updated is booted and green",
          image === target && this.world.now - at <= GRACE,
          () => `${name} was green last on ${image} at ${at} s, and runs ${node.booted}, ${node.health}`,
        );
      const { image: kind } = this.world;
      const isUp = node.up && this.world.now - node.upSince > GRACE;
      const areOthersWell = this.world.nodes.every((one) => one === node || this.#isOrWasWell(one));
      const cannotJoin =
        areOthersWell && outcome === "cannot-rejoin" && kind === "no-join" && node.booted === target && isUp;
      const isWorse =
        areOthersWell && outcome === "worse-after" && kind === "worse" && node.standby === "none" && isUp;
      if (outcome === "rolled-back" || outcome === "stuck-red" || cannotJoin || isWorse)
        this.#denied.add(target);
    }
  }

  #rests({ state, nodes }: RolloutRecord): void {
    const bad = Object.values(nodes).flatMap(({ outcome }) =>
      outcome === undefined || outcome === "updated" || outcome === "already-there" ? [] : [outcome],
    );
    this.check("a bad outcome halts", bad.length === 0, () => `${state} with ${bad.join(", ")}`);
  }

  #begins(node: SimNode, target: string): void {
    const others = this.world.nodes.filter((one) => !this.#isOrWasWell(one)).map(({ name }) => name);
    this.check(
      "no node begins while another is not well",
      others.length === 0,
      () => `${node.name} begins, and these are not well: ${others.join(", ")}`,
    );
    this.check("a denied image is offered to nobody", !this.#denied.has(target), () => `to ${node.name}`);
  }

  #isOrWasWell(node: SimNode): boolean {
    return node.cluster === "running" || this.world.now - node.seenAt <= GRACE;
  }
}

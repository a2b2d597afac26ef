// What goes wrong in one run, as its seed says.
import type { Phase } from "../../src/rollout/index.js";
import { Chance } from "./random.js";
import type { ImageKind } from "./world.js";

/** When something happens: so many seconds into the run, or after a node came into a phase. */
export interface When {
  readonly phase: Phase | undefined;
  readonly after: number;
}

/** Before which I/O of a controller: the next one of this name, or after so many of them. */
export type Point = string | number;

/** The node whose turn it is, another one, or one by name. */
export type Whose = "current" | "another" | `dcn${number}`;

/** Something that goes wrong, or that a person does. */
export type Fault =
  | {
      readonly kind: "power cut";
      readonly whose: Whose;
      readonly backAfter: number | undefined;
    }
  | { readonly kind: "controller killed"; readonly point: Point; readonly nextAfter: number }
  | {
      readonly kind: "controller paused";
      readonly point: Point;
      readonly seconds: number;
      readonly lockBroken: boolean;
    }
  | { readonly kind: "second controller" }
  | { readonly kind: "nothing reachable"; readonly seconds: number }
  | {
      readonly kind: "broken";
      readonly what: "drain" | "stage" | "stop" | "reboot" | "finalize" | "fence";
      readonly whose: Whose;
      readonly seconds: number;
    }
  | { readonly kind: "a person's standby"; readonly whose: Whose }
  | { readonly kind: "a person goes back"; readonly whose: "current" }
  | { readonly kind: "asked"; readonly verb: "pause" | "abort" };

/** One run. */
export interface Scenario {
  readonly seed: number;
  readonly nodes: number;
  readonly image: ImageKind;
  readonly wasThere: boolean;
  readonly lost: number;
  /** No node may begin between these two, in seconds. */
  readonly closed: readonly [number, number];
  readonly faults: readonly { readonly when: When; readonly fault: Fault }[];
  /** What somebody does once all came to rest and the world is well. */
  readonly finally: "resume" | "abort" | "start";
  readonly repaired: boolean;
}

const PHASES: readonly Phase[] = [
  "fetching",
  "draining",
  "staging",
  "stopping",
  "rebooting",
  "booting",
  "joining",
  "returning",
  "soaking",
];

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const chance = new Chance(seed);
  const isClosed = chance.happens(0.15);
  const opens = chance.between(20, 200);
  return {
    seed,
    nodes: chance.between(2, 6),
    image: chance.happens(0.6)
      ? "good"
      : chance.pick(["red", "stuck", "no-join", "hangs", "loops", "worse"] as const),
    wasThere: chance.happens(0.15),
    lost: chance.happens(0.4) ? chance.next() * 0.4 : 0,
    closed: isClosed ? [opens, opens + chance.between(30, 300)] : [0, 0],
    faults: Array.from({ length: chance.between(0, 4) }, () => ({
      when: whenOf(chance),
      fault: faultOf(chance),
    })),
    finally: chance.happens(0.6) ? "resume" : chance.pick(["abort", "start"] as const),
    repaired: chance.happens(0.8),
  };
}

function whenOf(chance: Chance): When {
  if (chance.happens(0.2)) return { phase: undefined, after: chance.between(0, 400) };
  return {
    phase: chance.pick(PHASES),
    after: chance.happens(0.5) ? chance.between(0, 3) : chance.between(0, 40),
  };
}

const POINTS = [
  "look",
  "write",
  "ask set-standby",
  "ask stage-image",
  "ask stop-cluster",
  "ask reboot-node",
  "ask start-cluster",
  "ask drop-image",
  "ask clear-standby",
  "ask deny-image",
  "give the lock back",
];

function pointOf(chance: Chance): Point {
  return chance.happens(0.5) ? chance.between(0, 12) : chance.pick(POINTS);
}

function faultOf(chance: Chance): Fault {
  const whose = chance.happens(0.6) ? "current" : "another";
  const kind = chance.between(0, 11);
  if (kind <= 2)
    return {
      kind: "power cut",
      whose: kind === 0 ? "current" : whose,
      backAfter: chance.happens(0.2) ? undefined : chance.between(2, chance.happens(0.3) ? 400 : 60),
    };
  if (kind <= 4)
    return { kind: "controller killed", point: pointOf(chance), nextAfter: chance.between(1, 200) };
  if (kind === 5)
    return {
      kind: "controller paused",
      point: pointOf(chance),
      seconds: chance.between(12, 700),
      lockBroken: chance.happens(0.5),
    };
  if (kind === 6) return { kind: "second controller" };
  if (kind === 7) return { kind: "nothing reachable", seconds: chance.between(5, 300) };
  if (kind === 8)
    return {
      kind: "broken",
      what: chance.pick(["drain", "stage", "stop", "reboot", "finalize", "fence"] as const),
      whose,
      seconds: chance.between(20, 1000),
    };
  if (kind === 10) return { kind: "a person goes back", whose: "current" };
  if (kind === 9) return { kind: "a person's standby", whose };
  return { kind: "asked", verb: chance.happens(0.6) ? "pause" : "abort" };
}

// A fault: what it does to a lab, and the proof that it bit. A fault without an effect was not injected.
import { DcnError } from "../../errors/index.js";
import type { Clock } from "../../time/index.js";
import type { LabPaths } from "../paths.js";
import type { LabNode, LabSpec } from "../spec.js";

/** The lab that a fault works on. */
export interface FaultScene {
  readonly spec: LabSpec;
  readonly paths: LabPaths;
  readonly clock: Clock;
}

/** One kind of fault. */
export interface FaultKind {
  readonly name: string;
  /** Names of its arguments, as help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** Injects the fault and returns its observed effect in words. Throws DcnError, FAULT_WITHOUT_EFFECT where none was seen. */
  readonly inject: (scene: FaultScene, args: readonly string[]) => Promise<string>;
}

/** The cluster node that an argument names. Throws DcnError `usage`. */
export function nodeArgument(scene: FaultScene, name: string | undefined): LabNode {
  const node = scene.spec.nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) return node;
  const names = scene.spec.nodes.map((candidate) => candidate.name).join(", ");
  throw new DcnError("usage", "NO_SUCH_NODE", `“${name ?? ""}” is no machine of the lab`, {
    hint: `one of: ${names}`,
  });
}

/** One of a closed list of words. Throws DcnError `usage`. */
export function wordArgument<W extends string>(
  words: readonly W[],
  what: string,
  given: string | undefined,
): W {
  const word = words.find((candidate) => candidate === given);
  if (word !== undefined) return word;
  throw new DcnError("usage", "NO_SUCH_WORD", `“${given ?? ""}” is no ${what}`, {
    hint: `one of: ${words.join(", ")}`,
  });
}

/** The error of a fault whose effect could not be seen. */
export function withoutEffect(fault: string, seen: string): DcnError {
  return new DcnError(
    "failed",
    "FAULT_WITHOUT_EFFECT",
    `${fault} was done, but its effect did not show: ${seen}`,
  );
}

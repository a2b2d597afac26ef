// Addresses of a guest group → addresses of the lab: each of its networks becomes one of the lab's, with the same last byte.
import type { DocumentOf } from "../profile/index.js";
import { addressOf, type LabSpec } from "./spec.js";

type Group = DocumentOf<"NodeGroup">["value"];

/** One thing that is not as the group says, because the lab's hardware is another. */
export interface Replacement {
  /** Where in the group, in words. */
  readonly at: string;
  readonly was: string;
  readonly now: string;
}

const IPV4 = /(?<![\w.])(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})(?![\w.])/g;
/** Where addresses begin that stand where a machine of the lab is. */
const firstSpare = 60;

/** Rewrites addresses and remembers which. */
export class LabAddresses {
  private readonly nodes = new Map<string, string>();
  /** First three bytes of a network of the group → its number in the lab. */
  private readonly networks = new Map<string, number>();
  private readonly known = new Map<string, string>();
  private readonly said: Replacement[] = [];
  private spare = firstSpare;

  constructor(
    private readonly spec: LabSpec,
    group: Group,
  ) {
    for (const { name, number } of spec.networks) {
      for (const node of group.nodes) {
        const address = node.addresses[name];
        const machine = spec.nodes.find((one) => one.name === node.name);
        if (address === undefined || machine === undefined) continue;
        this.nodes.set(address, addressOf(spec, number, machine.host));
        const prefix = /^(\d+\.\d+\.\d+)\.\d+$/.exec(address)?.[1];
        if (prefix !== undefined) this.networks.set(prefix, number);
      }
    }
    for (const [prefix, number] of this.networks) {
      const network = spec.networks.find((one) => one.number === number)?.name ?? "";
      this.note(`network ${network}`, `${addressOf(spec, number, 0)}/24`, `${prefix}.0/24`);
    }
  }

  get replacements(): readonly Replacement[] {
    return this.said;
  }

  /** Remembers a replacement. */
  note(at: string, now: string, was = "as the group says"): void {
    this.said.push({ at, was, now });
  }

  /** The same value with every address of the group's networks replaced. */
  rewrite<Value>(value: Value): Value {
    return this.rewritten(value) as Value;
  }

  private rewritten(value: unknown): unknown {
    if (typeof value === "string")
      return value.replaceAll(IPV4, (text, prefix: string, last: string) =>
        this.addressFor(text, prefix, Number(last)),
      );
    if (Array.isArray(value)) return value.map((one) => this.rewritten(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.rewritten(one)]));
  }

  private addressFor(text: string, prefix: string, last: number): string {
    const known = this.nodes.get(text) ?? this.known.get(text);
    if (known !== undefined) return known;
    const number = this.networks.get(prefix);
    if (number === undefined) return text;
    const busy = this.spec.nodes.some((node) => node.host === last);
    const now = addressOf(this.spec, number, busy ? this.spare++ : last);
    this.known.set(text, now);
    this.note("address", now, text);
    return now;
  }
}

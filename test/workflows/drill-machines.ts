// Machines behind the on-node helper's protocol that tell a status of their own, for drills on real groups.
import { DcnError } from "../../src/errors/index.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import type { Clock } from "../../src/time/index.js";
import type { Command, CommandResult, Transport } from "../../src/transport/index.js";
import { createFakeClock } from "../time/fake-clock.js";
import { modelOf } from "./model.js";
import { framesOf } from "./rollout-frames.js";

export type Answer =
  | { readonly code: number; readonly out?: string; readonly err?: string }
  | "no answer"
  | "lost";
export const DONE: Answer = { code: 0 };
export const NODES = ["dcn1", "dcn2", "dcn3"];

/** What a node says to a verb; undefined: as a healthy one does to a look, else nothing. */
export type Says = (verb: string, node: string, payload: string) => Answer | undefined;

/** A cluster as its nodes tell it. */
export class Machines {
  names = NODES;
  /** Words of crm_mon beside `online="true"`: `standby="true"`. */
  readonly states = new Map<string, string>();
  /** Nodes that take questions and never answer. */
  readonly hanging = new Set<string>();
  readonly asked: string[] = [];
  holder = "dcn1";
  fenced: string[] = [];
  votes = { total: 3, needed: 2 };

  constructor(private readonly says: Says = () => undefined) {}

  readonly transport: Transport = {
    exec: (node, command) => {
      if (this.hanging.has(node)) return new Promise<CommandResult>(() => undefined);
      return this.exec(node, command);
    },
    close: () => Promise.resolve(),
  };

  private exec(node: string, command: Command): Promise<CommandResult> {
    const answers = framesOf(command).map(({ verb, payload }) => {
      const answer = ["hello", "end"].includes(verb) ? DONE : this.answer(verb, node, payload);
      return { verb, answer };
    });
    if (answers.some(({ answer }) => answer === "no answer"))
      return Promise.reject(new DcnError("unreachable", "NODE_UNREACHABLE", `${node}: no answer`));
    const lost = answers.some(({ answer }) => answer === "lost");
    const texts = answers.map(({ verb, answer }) => {
      const { code, out = "", err = "" } = typeof answer === "string" ? { code: 0 } : answer;
      return `${verb} ${code} ${Buffer.byteLength(out)} ${Buffer.byteLength(err)}\n${out}${err}`;
    });
    return Promise.resolve({
      ...{ node, argv: command.argv, stdout: texts.join(""), exitCode: lost ? null : 0, lost },
      ...{ signal: null, durationMs: 1, timedOut: false, stderr: "" },
    });
  }

  private answer(verb: string, node: string, payload: string): Answer {
    const said = this.says(verb, node, payload);
    if (!verb.startsWith("status-")) this.asked.push(`${verb} ${node} ${payload}`.trim());
    if (said !== undefined) return said;
    if (verb === "status-cluster") return { code: 0, out: this.monitor() };
    if (verb === "status-links") return { code: 0, out: "Local node ID 1, transport knet\n" };
    const { total, needed } = this.votes;
    const quorum = `Quorum information\nQuorate:  Yes\nExpected votes:  3\nTotal votes:  ${total}\nQuorum:  ${needed}\n`;
    return verb === "status-quorum" ? { code: 0, out: quorum } : "no answer";
  }

  private monitor(): string {
    const nodes = this.names.map((name) => {
      const words = this.states.get(name) ?? "";
      const online = words.includes("online=") ? "" : 'online="true" ';
      return `<node name="${name}" id="${name.slice(-1)}" ${online}${words}/>`;
    });
    const plc = `<resource id="plc" resource_agent="ocf:pacemaker:Dummy" role="Started" active="true" managed="true"><node name="${this.holder}" id="1"/></resource>`;
    const events = this.fenced.map(
      (name, at) =>
        `<fence_event action="reboot" target="${name}" origin="dcn2" delegate="dcn2" status="success" completed="2026-11-20 11:0${at}:00Z"/>`,
    );
    return `<pacemaker-result><summary><current_dc present="true" version="2.1.5" name="dcn2" with_quorum="true"/></summary><nodes>${nodes.join("")}</nodes><resources>${plc}</resources><fence_history status="0">${events.join("")}</fence_history><status code="0" message="OK"/></pacemaker-result>`;
  }
}

/** A group of them, as far as drills look at it. */
export function groupOf(names: readonly string[]): ResolvedGroup {
  const timing = { tokenMs: 1_000, consensusMs: 1_200, fencingDelayMs: 0 };
  const group = {
    ...{ name: "cabinet", file: "", networks: [], workloads: [], timing },
    ...{ nodes: names.map((name) => ({ name })), model: modelOf(names) },
  };
  return group as unknown as ResolvedGroup;
}

/** A clock whose sleepers wake at once, and let everything else have its turn before. */
export function quickClock(): Clock & { sleeps(): readonly number[] } {
  const clock = createFakeClock({ auto: true });
  return {
    ...clock,
    sleep: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.sleep(ms, signal);
    },
  };
}

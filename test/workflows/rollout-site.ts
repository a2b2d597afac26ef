// A group of simulated nodes behind the on-node helper's protocol: a real controller drives it and knows no difference (docs/node-helper.md).
import { DcnError } from "../../src/errors/index.js";
import {
  decodeRecord,
  encodeRecord,
  type GroupAsk,
  isAtRest,
  ROLLOUT_OWNER,
  type RolloutRecord,
} from "../../src/rollout/index.js";
import type { Clock } from "../../src/time/index.js";
import type { Transport } from "../../src/transport/index.js";
import { bootId, Group } from "../simulation/group.js";
import { Chance } from "../simulation/random.js";
import { type SimNode, World } from "../simulation/world.js";
import { createFakeClock } from "../time/fake-clock.js";
import { ended, framesOf, section } from "./rollout-frames.js";

/** Everything takes as short as it can. */
class Shortest extends Chance {
  override next(): number {
    return 0;
  }
}

/** Something that changes a node or the cluster, as the helper was asked for it. */
export interface Deed {
  /** The verb, and the node that it is about. */
  readonly what: string;
  readonly atMs: number;
  /** How far the record, as it stood in the cluster then, says that this node is. */
  readonly phase: string | undefined;
  /** Whose lock it was then, as its text. */
  readonly lock: string;
}

/** What a verb answers. */
interface Said {
  readonly code: number;
  readonly out?: string;
  readonly words?: string;
}

/** Far more than any rollout here takes; one that never ends would never let a time limit of the tests come. */
const MOST_CALLS = 5_000;
const DONE: Said = { code: 0 };
const ASKS: Readonly<Record<string, GroupAsk["ask"]>> = {
  "pull-image": "pull-image",
  "set-standby": "set-standby",
  "clear-standby": "clear-standby",
  "stop-cluster": "stop-cluster",
  "restart-cluster": "start-cluster",
  "stage-image": "stage-image",
  "drop-image": "drop-image",
  "deny-image": "deny-image",
  "reboot-node": "reboot-node",
};
const ANSWERS: Readonly<Record<string, string>> = {
  "pull-image": "pull=pulled\n",
  "stage-image": "stage=done\nhow=staged\n",
  "drop-image": "drop=done\n",
  "reboot-node": "reboot=soon\n",
};

/** The nodes, the way to them, and the clock by which all of it goes. */
export class Site {
  readonly world: World;
  readonly group: Group;
  readonly clock: Clock;
  readonly deeds: Deed[] = [];
  /** Nodes on new hardware: their list of denied images is empty. */
  readonly replaced = new Set<string>();
  /** The lock as it stands in the CIB. */
  lock = "free";
  /** Before a verb is done: what it throws is what comes back, and what it returns is the answer instead. */
  meddle: (verb: string, node: string) => Promise<Said | undefined> | Said | undefined = () => undefined;
  /** Before the controller sleeps; what it sees next may be another world. */
  beforeSleep: () => Promise<void> | void = () => undefined;
  #calls = 0;
  readonly #time = createFakeClock({ auto: true });

  constructor(count: number) {
    this.world = new World(new Shortest(1), count, "good", false);
    this.group = new Group(this.world);
    const sleep: Clock["sleep"] = async (ms, signal) => {
      await this.beforeSleep();
      await this.#time.sleep(ms, signal);
      // Faster than the controller's clock: what it waits for takes few looks.
      this.world.tick();
      this.group.audit.second(this.group.record, this.group.denied);
    };
    this.clock = { ...this.#time, sleep };
  }

  /** Time passes, and nobody does anything in it: neither the controller nor the nodes. */
  async pass(ms: number): Promise<void> {
    await this.#time.sleep(ms);
  }

  get names(): string[] {
    return this.world.nodes.map(({ name }) => name);
  }

  /** Somebody else writes into the record. */
  request(change: Partial<RolloutRecord>): void {
    const { record } = this.group;
    if (record !== undefined) this.group.write("request", record, { ...record, ...change });
  }

  /** What nobody would answer for, if the controller ended now. */
  orphans(): string[] {
    const { record } = this.group;
    const isOpen = record !== undefined && !isAtRest(record);
    const isCurrent = ({ name }: SimNode): boolean =>
      isOpen && !["waiting", "over", undefined].includes(record.nodes[name]?.phase);
    const left = this.world.nodes.filter((node) => {
      const isTouched = node.standby === "ours" || node.cluster !== "running" || node.staged !== undefined;
      return isTouched && !isCurrent(node);
    });
    const nodes = left.map(({ name, standby, cluster }) => `${name}: standby ${standby}, cluster ${cluster}`);
    return isOpen && this.lock === "free" ? [...nodes, "a record that is under way without a lock"] : nodes;
  }

  readonly transport: Transport = {
    exec: async (name, command) => {
      command.signal?.throwIfAborted();
      this.#calls += 1;
      if (this.#calls > MOST_CALLS) throw new Error(`${MOST_CALLS} calls, and no end to it`);
      const node = this.world.node(name);
      if (!node.up)
        throw new DcnError("unreachable", "NODE_UNREACHABLE", `${name}: no answer`, { retryable: true });
      let stdout = "";
      for (const { verb, payload } of framesOf(command)) {
        const { code, out = "", words = "" } = await this.#do(verb, node, payload);
        stdout += `${verb} ${code} ${Buffer.byteLength(out)} ${Buffer.byteLength(words)}\n${out}${words}`;
      }
      return ended(name, command, stdout);
    },
    close: () => Promise.resolve(),
  };

  async #do(verb: string, node: SimNode, payload: string): Promise<Said> {
    return (await this.meddle(verb, node.name)) ?? this.#answer(verb, node, payload);
  }

  #answer(verb: string, node: SimNode, payload: string): Said {
    const runs = node.cluster === "running" || node.cluster === "stopping";
    const inCluster = (say: () => Said): Said =>
      runs ? say() : { code: 102, words: "pacemaker is not running" };
    const ask = ASKS[verb];
    if (ask !== undefined) return this.#deed(verb, ask, { node, payload });
    switch (verb) {
      case "read-image":
        return { code: 0, out: this.#imageOf(node) };
      case "status-cluster":
        return inCluster(() => ({ code: 0, out: this.#mon() }));
      case "status-quorum":
        return {
          code: 0,
          out: `Quorum information\nQuorate:          ${this.#isQuorate() ? "Yes" : "No"}\n`,
        };
      case "read-cib":
        return inCluster(() => ({ code: 0, out: `digest\n${this.#cib()}` }));
      case "read-lock":
        return inCluster(() => ({
          code: 0,
          out: `quorum=${Number(this.#isQuorate())}\nlock=${this.lock}\nrollout=${this.#rollout()}\n`,
        }));
      case "set-lock":
        return inCluster(() => this.#setLock(payload));
      case "set-rollout":
        return inCluster(() => this.#setRollout(payload));
      default:
        return DONE;
    }
  }

  #deed(verb: string, ask: GroupAsk["ask"], on: { readonly node: SimNode; readonly payload: string }): Said {
    const isInCib = ask === "set-standby" || ask === "clear-standby";
    const node = isInCib ? (on.payload.split(" ")[0] ?? "") : on.node.name;
    const phase = this.group.record?.nodes[node]?.phase;
    this.deeds.push({ what: `${verb} ${node}`, atMs: this.clock.nowMs(), phase, lock: this.lock });
    const by = this.group.lock ?? { token: "nobody", alive: false };
    const answer = this.group.carryOut({ ask, node }, by, { lock: true, owner: true });
    return answer === "done" ? { code: 0, out: ANSWERS[verb] ?? "" } : { code: 1, words: answer.trouble };
  }

  #setLock(payload: string): Said {
    const [expected = "", value = ""] = payload.split("\n");
    const stands = this.lock === "free" ? "free" : `token ${this.lock.split(" ")[1] ?? ""}`;
    if (expected !== stands && this.lock !== value) return { code: 75, out: `${this.lock}\n` };
    const token = value.split(" ")[1];
    // The same holder notes another step.
    if (token !== this.group.lock?.token)
      this.group.lock = token === undefined ? undefined : { token, alive: true };
    this.lock = value;
    return DONE;
  }

  #setRollout(payload: string): Said {
    const [expected, value, lock = ""] = payload.split("\n");
    const { record } = this.group;
    const stands = record === undefined ? "none" : `${record.id} ${record.revision}`;
    const next = decodeRecord(value);
    if (next.kind !== "record") return { code: 64, words: "not a rollout" };
    const [, token] = this.lock.split(" ");
    if (lock !== "" && lock.split(" ")[1] !== token) return { code: 77, out: `${this.lock}\n` };
    // Asked a second time, because the first answer was lost.
    if (value === this.#rollout()) return DONE;
    if (expected !== stands) return { code: 75, out: `${this.#rollout()}\n` };
    this.group.write("request", record, next.record);
    if (lock !== "") this.lock = lock;
    return lock === "" ? DONE : { code: 0, out: "noted\n" };
  }

  #rollout(): string {
    return this.group.record === undefined ? "none" : encodeRecord(this.group.record);
  }

  #isQuorate(): boolean {
    return this.world.isMajority(this.world.running.length);
  }

  #mon(): string {
    const nodes = this.world.nodes.map((node, index) => {
      const member = this.world.member(node);
      const isOnline = member === "online" || member === "standby" || member === "joining";
      const facts = [
        `name="${node.name}" id="${index + 1}" type="member" online="${isOnline}"`,
        `pending="${member === "joining"}" unclean="${member === "unclean"}" standby="${node.standby !== "none"}"`,
      ];
      return `<node ${facts.join(" ")}/>`;
    });
    const resources = this.world.nodes.flatMap(({ name, busy }) =>
      busy === 0
        ? []
        : [
            `<resource id="plc-${name}" resource_agent="ocf:heartbeat:Dummy" role="Started" active="true" failed="false" blocked="false" managed="true"><node name="${name}"/></resource>`,
          ],
    );
    const dc = this.world.running[0]?.name ?? "";
    const summary = `<summary><current_dc present="true" name="${dc}" with_quorum="${this.#isQuorate()}"/></summary>`;
    return `<crm_mon>${summary}<nodes>${nodes.join("")}</nodes><resources>${resources.join("")}</resources></crm_mon>`;
  }

  #cib(): string {
    const mark = `<nvpair id="m" name="dcn-ha-standby" value="${ROLLOUT_OWNER}"/>`;
    const nodes = this.world.nodes.map(
      ({ name, standby }) => `<node id="1" uname="${name}">${standby === "ours" ? mark : ""}</node>`,
    );
    const rollout = `<nvpair id="dcn-ha-rollout-state" name="dcn-ha-rollout" value="${this.#rollout()}"/>`;
    return `<cib><configuration><crm_config>${rollout}</crm_config><nodes>${nodes.join("")}</nodes></configuration></cib>`;
  }

  #imageOf(node: SimNode): string {
    const one = (name: string, digest: string | undefined) =>
      digest === undefined ? {} : { [name]: { image: { imageDigest: digest } } };
    const { staged, booted, rollback } = node;
    const status = { ...one("staged", staged), ...one("booted", booted), ...one("rollback", rollback) };
    const active = { green: "active", red: "failed", "in progress": "activating" }[node.health];
    const facts = [
      `boot=${bootId(node)}\nupdater=bootc\ngreenboot=stand-in`,
      `unit.dcn-ha-greenboot.service=LoadState=loaded ActiveState=${active} SubState=x Result=success`,
      ...(this.replaced.has(node.name)
        ? []
        : [...this.group.denied].map((one) => `denied=${one} for a test`)),
    ];
    return [
      section("facts", `${facts.join("\n")}\n`),
      section("status", JSON.stringify({ kind: "BootcHost", status: { type: "bootcHost", ...status } })),
      section("greenboot", ""),
      section("boot-status", ""),
      section("end", ""),
    ].join("");
  }
}

// One simulated rollout: a world, what goes wrong in it, and controllers that come and go.
import { currentNode, isAtRest, type RolloutRecord } from "../../src/rollout/index.js";
import type { Audit } from "./audit.js";
import { controller, type Mutant } from "./controller.js";
import { Group, type Holder } from "./group.js";
import { Process } from "./process.js";
import { Chance } from "./random.js";
import type { Fault, Scenario, When, Whose } from "./scenario.js";
import { NEW, type SimNode, World } from "./world.js";

/** How one run went. */
export interface Run {
  readonly record: RolloutRecord | undefined;
  readonly audit: Audit;
  readonly seconds: number;
  /** What happened, for people. */
  readonly log: readonly string[];
}

/** After this long nothing more goes wrong, in seconds. */
const WELL_AT = 1500;
const LIMIT = 6000;

/** Runs a scenario to its end, or to the first thing that does not hold. */
export function simulate(scenario: Scenario, mutant: Mutant = {}): Run {
  return new Simulation(scenario, mutant).run();
}

class Simulation {
  readonly #world: World;
  readonly #group: Group;
  readonly #chance: Chance;
  readonly #processes: Process[] = [];
  readonly #due: { at: number; act: () => void }[] = [];
  readonly #log: string[] = [];
  #waiting: Scenario["faults"];
  #phase = "";
  #phaseAt = 0;
  #nextAt: number | undefined;
  #isWell = false;
  /** When somebody tells the group to go on, in a world that is well again. */
  #finalAt: number | undefined;
  #isFinal = false;

  constructor(
    readonly scenario: Scenario,
    readonly mutant: Mutant,
  ) {
    this.#chance = new Chance(scenario.seed + 1_000_000);
    this.#world = new World(this.#chance, scenario.nodes, scenario.image, scenario.wasThere);
    this.#group = new Group(this.#world);
    this.#waiting = scenario.faults;
  }

  run(): Run {
    const { audit } = this.#group;
    this.#begin("start");
    while (audit.broken.size === 0 && this.#world.now < LIMIT && !this.#isOver()) this.#second();
    if (audit.broken.size === 0) this.#end();
    const isDone =
      this.#group.record?.state === "done" && this.#world.nodes.every(({ booted }) => booted === NEW);
    if (audit.broken.size === 0 && isDone) this.#again();
    return { record: this.#group.record, audit, seconds: this.#world.now, log: this.#log };
  }

  #second(): void {
    const { now } = this.#world;
    this.#world.tick();
    this.#happen();
    for (const process of this.#processes.filter(({ end }) => end === undefined))
      process.second(this.#world.now, this.#chance);
    const { record } = this.#group;
    const node = record === undefined ? undefined : currentNode(record);
    const phase = `${record?.state ?? ""} ${node ?? ""} ${record?.nodes[node ?? ""]?.phase ?? ""}`;
    if (phase !== this.#phase) {
      this.#say(`record: ${phase} ${record?.nodes[node ?? ""]?.outcome ?? ""}${record?.why ?? ""}`);
      [this.#phase, this.#phaseAt] = [phase, now];
    }
    this.#group.audit.second(record, this.#group.denied);
    if (now >= WELL_AT) this.#heal();
    this.#replace();
  }

  #begin(verb: "start" | "resume" | "abort"): Process {
    const token = `${verb}-${this.#processes.length + 1}`;
    const holder: Holder = { token, alive: true };
    const [from, to] = this.scenario.closed;
    const life = controller(this.#group, holder, {
      verb,
      id: `00000000-${this.#processes.length}`,
      chance: this.#chance,
      lost: this.#isFinal ? 0 : this.scenario.lost,
      waitsFor: () => (this.#world.now >= from && this.#world.now < to ? "no window" : undefined),
      mutant: this.mutant,
    });
    const process = new Process(holder, life, (text) => this.#say(text));
    this.#processes.push(process);
    this.#say(`${token} begins`);
    return process;
  }

  /** Another controller, where one was killed. */
  #replace(): void {
    const { record } = this.#group;
    if (this.#processes.some(({ end }) => end === undefined)) return;
    if (record === undefined || !isAtRest(record)) {
      this.#nextAt ??= this.#world.now + this.#chance.between(1, 30);
      if (this.#world.now < this.#nextAt) return;
      this.#nextAt = undefined;
      this.#begin(record === undefined ? "start" : "resume");
      return;
    }
    if (this.#isFinal) return;
    this.#heal();
    this.#finalAt ??= this.#world.now + 120;
    if (this.#world.now < this.#finalAt) return;
    this.#isFinal = true;
    if (record.state === "paused" || record.state === "halted") this.#begin(this.scenario.finally);
    else this.#begin("resume");
  }

  #isOver(): boolean {
    const { record } = this.#group;
    const rests = record !== undefined && isAtRest(record);
    return this.#isFinal && rests && this.#processes.every(({ end }) => end !== undefined);
  }

  #heal(): void {
    if (this.#isWell) return;
    this.#isWell = true;
    this.#say("all is well from now on");
    this.#waiting = [];
    this.#world.unreachableUntil = 0;
    for (const process of this.#processes) process.leaveAlone();
    for (const node of this.#world.nodes) {
      node.broken.clear();
      if (this.scenario.repaired) this.#world.repair(node);
      else if (!node.up && this.#world.kind(node.booted) !== "hangs") node.upAt = this.#world.now + 10;
    }
  }

  #happen(): void {
    const { now } = this.#world;
    const isNow = ({ phase, after }: When): boolean =>
      phase === undefined ? now >= after : this.#phase.endsWith(` ${phase}`) && now >= this.#phaseAt + after;
    const happens = this.#waiting.filter(({ when }) => isNow(when));
    this.#waiting = this.#waiting.filter((one) => !happens.includes(one));
    for (const { fault } of happens) this.#apply(fault);
    for (const due of this.#due.filter(({ at }) => at <= now)) {
      this.#due.splice(this.#due.indexOf(due), 1);
      due.act();
    }
  }

  #apply(fault: Fault): void {
    const { now } = this.#world;
    const process = this.#processes.find(({ end }) => end === undefined);
    const node = "whose" in fault ? this.#whose(fault.whose) : undefined;
    this.#say(`${JSON.stringify(fault)} ${node?.name ?? ""}`);
    if (fault.kind === "controller killed" || fault.kind === "controller paused") {
      if (process === undefined) return;
      process.ambush(fault.point, () => {
        if (fault.kind === "controller paused") this.#pause(process, fault.seconds, fault.lockBroken);
        else {
          process.kill();
          this.#nextAt = this.#world.now + fault.nextAfter;
        }
      });
    } else if (fault.kind === "second controller") this.#begin(this.#chance.pick(["start", "resume"]));
    else if (fault.kind === "nothing reachable") this.#world.unreachableUntil = now + fault.seconds;
    else if (fault.kind === "asked") this.#ask(fault.verb);
    else if (node !== undefined) this.#hit(node, fault);
  }

  #pause(process: Process, seconds: number, lockBroken: boolean): void {
    this.#say(`${process.holder.token} is paused for ${seconds} s`);
    process.pausedUntil = this.#world.now + seconds;
    if (lockBroken) this.#later(Math.min(30, seconds - 1), () => this.#breakLock(process));
  }

  #hit(node: SimNode, fault: Fault): void {
    if (fault.kind === "power cut") {
      const { backAfter } = fault;
      node.broken.add("mains");
      this.#world.cut(node, backAfter === undefined ? undefined : this.#world.now + backAfter);
      if (backAfter !== undefined) this.#later(backAfter, () => node.broken.delete("mains"));
    } else if (fault.kind === "broken") {
      node.broken.add(fault.what);
      this.#later(fault.seconds, () => node.broken.delete(fault.what));
    } else if (fault.kind === "a person goes back") this.#world.goBack(node);
    else if (fault.kind === "a person's standby") {
      node.standby = "a person's";
      this.#group.audit.persons.add(node.name);
    }
  }

  /** A person who does not wait for a controller that does nothing. */
  #breakLock(process: Process): void {
    if (this.#group.lock !== process.holder || this.#isWell) return;
    this.#group.lock = undefined;
    this.#say(`a person breaks the lock of ${process.holder.token}`);
    this.#begin("resume");
  }

  #ask(verb: "pause" | "abort"): void {
    const { record } = this.#group;
    if (record === undefined || isAtRest(record)) return;
    if (verb === "pause" && record.state !== "running") return;
    this.#group.write("request", record, { ...record, state: verb === "pause" ? "pausing" : "aborting" });
  }

  #whose(whose: Whose): SimNode {
    if (whose !== "current" && whose !== "another") return this.#world.node(whose);
    const { record } = this.#group;
    const current = record === undefined ? undefined : currentNode(record);
    const others = this.#world.nodes.filter(({ name }) => name !== current);
    return whose === "current" && current !== undefined
      ? this.#world.node(current)
      : this.#chance.pick(others);
  }

  /** What must hold once all is over. */
  #end(): void {
    const { record, lock, audit } = this.#group;
    const rests = record !== undefined && isAtRest(record);
    audit.check(
      "it comes to rest",
      rests,
      () => `${this.#phase} after ${this.#world.now} s in a world that is well`,
    );
    if (record === undefined || !rests) return;
    const mayEnd =
      this.#world.image === "good" &&
      this.#world.fellBack === 0 &&
      record.state !== "aborted" &&
      this.scenario.finally !== "start";
    if (mayEnd)
      audit.check(
        "a good image gets everywhere",
        record.state === "done",
        () => `${record.state}: ${record.why ?? ""}`,
      );
    const named = (name: string): boolean => record.state === "halted" && record.why?.includes(name) === true;
    const left = this.#world.nodes.filter(
      ({ name, standby, staged }) => (standby === "ours" || staged !== undefined) && !named(name),
    );
    const holder = lock === undefined ? "" : `the lock of ${lock.token}`;
    audit.check("nothing is left behind", left.length === 0 && lock === undefined, () =>
      [
        ...left.map(
          ({ name, standby, staged }) => `${name}: standby ${standby}, staged ${staged ?? "nothing"}`,
        ),
        holder,
      ].join("; "),
    );
  }

  /** The same once more does nothing. */
  #again(): void {
    const { deeds, audit } = this.#group;
    const process = this.#begin("start");
    for (let count = 0; count < 500 && process.end === undefined; count += 1) this.#second();
    const outcomes = Object.values(this.#group.record?.nodes ?? {}).map(({ outcome }) => outcome);
    audit.check(
      "a second start does nothing",
      this.#group.deeds === deeds && outcomes.every((outcome) => outcome === "already-there"),
      () => `${this.#group.deeds - deeds} deeds, ${outcomes.join(", ")}`,
    );
  }

  #later(seconds: number, act: () => void): void {
    this.#due.push({ at: this.#world.now + seconds, act });
  }

  #say(text: string): void {
    this.#log.push(`${this.#world.now} s  ${text}`);
  }
}

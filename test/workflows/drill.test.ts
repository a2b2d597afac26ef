// The runner of drills on a ground that plays a group: order of things, what is mended when, and what is no pass.
import { describe, expect, test } from "vitest";
import type {
  ConcreteFault,
  DrillGround,
  Fencing,
  Mark,
  Situation,
  WatchRequest,
} from "../../src/drill/index.js";
import { DcnError } from "../../src/errors/index.js";
import { type Drill, parseDocuments } from "../../src/profile/index.js";
import type { Run } from "../../src/timeline/index.js";
import { runDrill } from "../../src/workflows/index.js";

const SECOND = 1e9;

/** A group of three that heals within four seconds of its own clock; `dull` has faults without effect, `sick` a trouble. */
class PlayedGroup implements DrillGround {
  readonly group = "g";
  readonly where = "lab";
  readonly did: string[] = [];
  readonly noted: string[] = [];
  readonly said: Mark[] = [];
  asked: WatchRequest | undefined;
  nowMs = 100_000;
  dull: string | undefined;
  sick = false;
  broken = false;
  private runs: Run[] = [{ node: "a", boot: "1", fromNs: 0, toNs: 0, stopped: false }];
  private fencings: Fencing[] = [];
  private lostNs: number | undefined;

  readonly clock = {
    nowMs: () => this.nowMs,
    wallMs: () => 0,
    sleep: (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      this.nowMs += ms;
      this.live();
      return Promise.resolve();
    },
  };

  private live(): void {
    const now = this.nowNs();
    if (this.lostNs !== undefined && now > this.lostNs + 4 * SECOND && this.runs.length === 1) {
      this.fencings = [{ node: "a", askedNs: this.lostNs + 2 * SECOND, goneNs: this.lostNs + 3 * SECOND }];
      this.runs.push({ node: "b", boot: "2", fromNs: this.lostNs + 4 * SECOND, toNs: now, stopped: false });
    }
    this.runs = this.runs.map((run, at) =>
      at === this.runs.length - 1 && !(at === 0 && this.lostNs !== undefined) ? { ...run, toNs: now } : run,
    );
  }

  traits = () =>
    Promise.resolve({
      nodes: ["a", "b", "c"],
      networks: ["site"],
      client: false,
      mixedVersions: false,
      faults: ["power-off", "cut-node"],
    });

  situation(): Promise<Situation> {
    this.live();
    const troubles = this.sick || this.broken ? ["node a offline"] : [];
    const holder = this.runs.at(-1)?.node;
    return Promise.resolve({ workload: "pulse", holder, dc: "c", online: ["a", "b", "c"], troubles });
  }

  nowNs = () => this.nowMs * 1e6;

  inject({ fault, parameters }: ConcreteFault): Promise<string> {
    this.did.push(`${fault} ${parameters.node ?? ""}`);
    if (this.dull !== undefined)
      return Promise.reject(new DcnError("failed", this.dull, "it is still there"));
    this.broken = true;
    if (parameters.node === "a") this.lostNs = this.nowNs();
    return Promise.resolve("gone");
  }

  switchOn: DrillGround["switchOn"] = () => Promise.resolve();

  heal(): Promise<string[]> {
    this.did.push("heal");
    this.broken = false;
    return Promise.resolve([]);
  }

  truth = () =>
    Promise.resolve({ nowNs: this.nowNs(), runs: this.runs, fencings: this.fencings, inexactMs: 0 });
  bound = () => Promise.resolve({ totalMs: 5_000, terms: [] });
  watch = (request: WatchRequest) => {
    this.asked = request;
    return Promise.resolve({
      log: "l",
      mark: (mark: Mark) => {
        this.noted.push(mark.what);
        if (mark.what === "statement") this.said.push(mark);
      },
      look: () => {
        this.noted.push("look");
        return Promise.resolve();
      },
      stop: () => Promise.resolve([]),
    });
  };
}

function drill(text: string): Drill {
  const { documents } = parseDocuments([
    { file: "d.yaml", text: `kind: Drill\nname: d\nsummary: s\n${text}` },
  ]);
  const [document] = documents;
  if (document?.kind !== "Drill") throw new Error("no Drill");
  return document.value;
}

const POWER = drill(
  "steps: [{ fault: power-off, node: holder }]\nexpect: { workload: moved, fenced: [holder], back: 1.3 }\n",
);

function run(ground: PlayedGroup, document: Drill, signal = new AbortController().signal) {
  return runDrill(document, { ground, clock: ground.clock, seed: 1, signal, onProgress: () => undefined });
}

describe("a drill", () => {
  test("is broken, watched until what is expected has come, mended, and judged", async () => {
    const ground = new PlayedGroup();
    const result = await run(ground, POWER);
    expect(ground.did).toEqual(["power-off a", "heal"]);
    expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(result).toMatchObject({ outcome: "passed", outageMs: 4_000, fenceMs: 3_000 });
    // What is left behind is what a look after the mending and before the end sees.
    expect(ground.noted).toEqual(["fault", "bit", "heal", "healed", "look", "end"]);
  });

  test("has each answer of the status marked as what it said, and nothing that only the ground knows", async () => {
    const ground = new PlayedGroup();
    const look = ground.situation.bind(ground);
    const told = ["", "", "node c offline"];
    ground.situation = async () => {
      const seen = await look();
      if (!ground.broken) return seen;
      return { ...seen, told: [told.shift() ?? "node c offline"].filter((text) => text !== "") };
    };
    const telling = drill(
      "steps: [{ fault: cut-node, node: bystander }]\nexpect: { workload: stays, saysTrouble: true }\nhold: 2s\n",
    );
    expect((await run(ground, telling)).outcome).toBe("passed");
    expect(ground.said).toEqual(
      ["ok", "ok", "trouble"].map((said) => ({ what: "statement", said, about: "g" })),
    );
  });

  test("gives all nodes its deadline to be back, or none where they need not be", async () => {
    const ground = new PlayedGroup();
    const late = "steps: [{ fault: cut-node, node: bystander }]\nhold: 2s\ndeadline: 4min\n";
    await run(ground, drill(`${late}expect: { workload: stays }\n`));
    expect(ground.asked).toMatchObject({ backWithinMs: 240_000 });
    await run(ground, drill(`${late}expect: { workload: stays, rejoins: false }\n`));
    expect(ground.asked).not.toHaveProperty("backWithinMs");
  });

  test("whose fencing came only once it was mended has failed", async () => {
    const ground = new PlayedGroup();
    const ask = ground.truth;
    ground.truth = async () => {
      const seen = await ask();
      const late = seen.fencings.map(({ node, askedNs }) => ({
        node,
        askedNs,
        ...(ground.broken ? {} : { goneNs: ground.nowNs() + 1 }),
      }));
      return { ...seen, fencings: late };
    };
    const result = await run(ground, POWER);
    expect(result.checks.filter(({ ok }) => !ok)).toMatchObject([{ name: "fenced", text: "a; a was not" }]);
  });

  test("where nothing has to happen is watched as long as it says", async () => {
    const ground = new PlayedGroup();
    const began = ground.nowMs;
    const quiet = drill(
      "steps: [{ fault: cut-node, node: bystander }]\nexpect: { workload: stays }\nhold: 7s\n",
    );
    expect((await run(ground, quiet)).outcome).toBe("passed");
    expect(ground.nowMs - began).toBeGreaterThanOrEqual(7_000);
  });

  test("whose workload has to stay stopped until it is mended: what goes on while that is done is no fault", async () => {
    const ground = new PlayedGroup();
    const mend = ground.heal.bind(ground);
    ground.heal = async () => {
      await ground.clock.sleep(6_000);
      return mend();
    };
    const stopped = drill(
      "steps: [{ fault: power-off, node: holder }]\nexpect: { workload: stopped, mayFence: [holder] }\nhold: 2s\n",
    );
    expect(await run(ground, stopped)).toMatchObject({ outcome: "passed" });
  });

  test("too late is a verdict, not an error", async () => {
    const never = drill(
      "steps: [{ fault: cut-node, node: bystander }]\nexpect: { workload: moved }\ndeadline: 3s\n",
    );
    const result = await run(new PlayedGroup(), never);
    expect(result.outcome).toBe("failed");
    expect(result.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["workload"]);
  });

  test("whose fault has no effect is mended and no pass", async () => {
    const ground = new PlayedGroup();
    ground.dull = "FAULT_WITHOUT_EFFECT";
    const result = await run(ground, POWER);
    expect(ground.did).toEqual(["power-off a", "heal"]);
    expect(result).toMatchObject({ outcome: "not-injected", why: "power-off a: it is still there" });
  });

  test("that has a node fenced, and nobody fences it, has failed: that was the promise", async () => {
    const ground = new PlayedGroup();
    ground.dull = "FENCING_FAILED";
    expect(await run(ground, POWER)).toMatchObject({
      outcome: "failed",
      why: "power-off a: it is still there",
    });
  });

  test("does not begin on a group that is not well, nor where it does not fit", async () => {
    const ground = new PlayedGroup();
    ground.sick = true;
    expect(await run(ground, POWER)).toMatchObject({
      outcome: "failed",
      why: expect.stringContaining("not well before") as string,
    });
    const wide = drill(
      "needs: { nodes: 5 }\nsteps: [{ fault: power-off, node: holder }]\nexpect: { workload: moved }\n",
    );
    expect(await run(ground, wide)).toMatchObject({ outcome: "not-applicable" });
    expect(ground.did).toEqual([]);
  });

  test("whose ground has trouble in the middle is mended and has failed: others have their turn all the same", async () => {
    const ground = new PlayedGroup();
    ground.switchOn = () =>
      Promise.reject(new DcnError("usage", "NODE_UNKNOWN", "there is no SSH login for q"));
    const two = drill(
      "steps: [{ fault: power-off, node: holder }, { switchOn: dc }]\nexpect: { workload: moved }\n",
    );
    const result = await run(ground, two);
    expect(ground.did).toEqual(["power-off a", "heal"]);
    expect(result).toMatchObject({
      outcome: "failed",
      why: "it could not be brought to its end: there is no SSH login for q [NODE_UNKNOWN]",
      injected: [{ fault: "power-off", evidence: "gone" }],
    });
  });

  test("that names somebody whom the group has not breaks nothing", async () => {
    const ground = new PlayedGroup();
    const far = drill(
      "steps: [{ fault: power-off, node: holder }, { fault: cut-node, node: remote }]\nexpect: { workload: moved }\n",
    );
    expect(await run(ground, far)).toMatchObject({ outcome: "not-applicable" });
    expect(ground.did).toEqual([]);
  });

  test("is mended when somebody ends it in the middle", async () => {
    const ground = new PlayedGroup();
    const ending = new AbortController();
    const ask = ground.truth;
    ground.truth = () => {
      if (ground.broken) ending.abort(new Error("Ctrl-C"));
      return ask();
    };
    await expect(run(ground, POWER, ending.signal)).rejects.toThrow("Ctrl-C");
    expect(ground.did).toEqual(["power-off a", "heal"]);
  });
});

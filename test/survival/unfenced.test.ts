// Nodes that nobody has fenced, or could: in a cluster as it runs, and where a cabinet's loss of power takes what fences along.
import { describe, expect, test } from "vitest";
import { type Proof, prove, proveStep } from "../../src/survival/index.js";
import { fate, live, liveSceneOf, nodesText, proofOf, scheduler, servicesText } from "./proving.js";

const NAMES = ["a", "b", "c"];
/** Where they are while all is well. */
const HOMES = ["n1", "n2", "n3"];
const AT_HOME = NAMES.map((name, at) => `  - { prefer: ${name}, nodes: { ${HOMES[at] ?? ""}: 100 } }\n`).join(
  "",
);
const gapsWith = ({ gaps }: Proof, failure: string) => gaps.filter((gap) => gap.failure === failure);

describe("a node that is UNCLEAN in the cluster as it runs", () => {
  const text = `${nodesText(3)}${servicesText(NAMES)}constraints:\n  - { needs-network: a, network: process }\n${AT_HOME}`;
  const N3 = /<node_state id="3" uname="n3" [^>]*>/;
  const WHY = "n3 is UNCLEAN: its fencing is not confirmed";
  /** Its history stays in the CIB. */
  const lostAs = (words: string) => (cib: string) => {
    expect(cib).toMatch(N3);
    return cib.replace(N3, `<node_state id="3" uname="n3" ${words}>`);
  };
  const UNCLEAN = 'in_ccm="false" crmd="offline" join="down" expected="member"';

  test.for([
    ["as 2.1.5 writes it", UNCLEAN],
    ["as 3.0 writes it", 'in_ccm="0" crmd="0" join="down" expected="member"'],
    ["whose Pacemaker alone is gone", 'in_ccm="true" crmd="offline" join="member" expected="member"'],
    ["that took its leave while something ran there", UNCLEAN.replace("member", "down")],
  ])("%s: what ran there waits, what runs elsewhere goes on", async ([, words = ""], context) => {
    const proof = await live(text, context, lostAs(words));
    const [now] = proof.verdicts;
    expect(now?.fates.map(({ reason, nodes }) => reason?.code ?? nodes.join())).toEqual([
      "n1",
      "n2",
      "not-fenced",
    ]);
    expect(now?.unfenced).toEqual([{ node: "n3", cause: "unclean", why: WHY }]);
    expect(gapsWith(proof, "nothing")).toEqual([{ failure: "nothing", workload: "c", reason: WHY }]);
    expect(proof.mends).toContainEqual({
      change: expect.stringContaining("stonith_admin --confirm") as string,
      workloads: ["c"],
      failure: "nothing",
    });
    expect(proof.remarks.filter((line) => line.includes("n3 is"))).toEqual([
      "n3 is not up and not fenced (UNCLEAN): what ran there, and whatever would have to start, waits for that",
    ]);
  });

  test("what is ordered after the lost is stopped where it is, and waits too", async (context) => {
    const proof = await live(`${text}  - { order: [c, a] }\n`, context, lostAs(UNCLEAN));
    const [now] = proof.verdicts;
    expect(now?.fates.map(({ reason }) => reason?.code)).toEqual(["not-fenced", undefined, "not-fenced"]);
  });

  test("whatever would have to start waits too, also in a step of a rollout", async (context) => {
    const by = await scheduler(context);
    const scene = await liveSceneOf(text, by, lostAs(UNCLEAN));
    const proof = await prove(scene, by.ask);
    // Its network is gone there, and the node is well.
    const cut = proof.verdicts.find(({ name }) => name === "process at n1");
    expect(cut?.fates[0]).toMatchObject({ state: "lost", reason: { code: "not-fenced", text: WHY } });
    const step = await proveStep(scene, by.ask, { out: { standby: ["n1"] } });
    expect(step.safe).toBe(false);
    const waiting = step.step.fates.filter(({ reason }) => reason?.code === "not-fenced");
    expect(waiting.map(({ workload }) => workload)).toEqual(["a", "c"]);
  });

  test("without fencing nobody waits for it", async (context) => {
    const proof = await live(text, context, (cib) =>
      lostAs(UNCLEAN)(cib).replace(/(name="stonith-enabled" value=)"true"/, '$1"false"'),
    );
    expect(proof.verdicts[0]?.unfenced).toEqual([]);
    expect(fate(proof, "nothing", "c")).toMatch(/^n[12]$/);
  });
});

describe("a cabinet that loses its power", () => {
  /** Each node in a cabinet of its own; `more` goes into each node's fencing, with its number for #. */
  const cabinets = (more = "", policy = "edge-three-node"): string => {
    const nodes = nodesText(3)
      .replaceAll(/name: n(\d),/g, "name: n$1, attributes: { cabinet: c$1 },")
      .replaceAll(/ fence: \{ (.*)10\.1\.0\.(\d)/g, (_all, kind: string, host: string) => {
        return ` fence: { ${more.replaceAll("#", host)}${kind}10.1.0.${host}`;
      })
      .replace("edge-three-node", policy);
    return `${nodes}${servicesText(NAMES)}constraints:\n  - { survive: { cabinets: 1 } }\n${AT_HOME}`;
  };
  const OUTLETS =
    "pdu: { outlets: [{ pdu: 10.4.0.9, outlet: # }], username: dcn, password: { secret: pdu/n# }, privacy: { secret: pdu/private } }, ";

  test("takes the board of each of its nodes along: nobody can fence them, and what ran there waits", async (context) => {
    const proof = await proofOf(cabinets(), context);
    for (const host of ["1", "2", "3"]) {
      const name = NAMES[Number(host) - 1];
      const reason = `fence-n${host} on the board of n${host} has no power either, and nobody can tell that n${host} is off`;
      expect(gapsWith(proof, `cabinet c${host}`)).toEqual([
        { failure: `cabinet c${host}`, workload: name, reason },
      ]);
      // A node may be lost in other ways.
      expect(gapsWith(proof, `n${host}`)).toEqual([]);
    }
    expect(proof.gaps).toHaveLength(3);
    expect(proof.mends).toHaveLength(3);
    expect(proof.mends[0]?.change).toMatch(
      /^a second way to fence n\d that keeps its power, .*fence: pdu.*watchdog/,
    );
  });

  test("is survived with outlets or a watchdog beside the board", async (context) => {
    const outlets = await proofOf(cabinets(OUTLETS), context);
    expect(outlets.gaps).toEqual([]);
    expect(outlets.remarks.filter((line) => line.includes("cabinet"))).toEqual([
      "what fences n1, n2, n3 when their cabinet loses its power must have power and network from elsewhere, which no profile can say; Pacemaker tries their boards first, on top of the outage",
    ]);
    const watchdog = await proofOf(cabinets("", "diskless-sbd"), context);
    expect(watchdog.gaps).toEqual([]);
    expect(watchdog.remarks.filter((line) => line.includes("cabinet"))).toEqual([]);
  });

  test("is survived by the watchdog beside several boards only where their levels name it", async (context) => {
    const boards = cabinets(
      "ipmi: { address: 10.3.0.#, username: dcn, password: { secret: ipmi/n# } }, ",
      "diskless-sbd",
    );
    const proof = await live(boards, context);
    expect(proof.gaps).toEqual([]);
    expect(proof.remarks.filter((line) => line.includes("loses its power"))).toEqual([]);
    // Pacemaker falls back to the watchdog where no levels are, and after the last one no more.
    const without = await live(boards, context, (cib) => {
      expect(cib.match(/ *<fencing-level [^>]*devices="watchdog"\/>\n/g)).toHaveLength(3);
      return cib.replaceAll(/ *<fencing-level [^>]*devices="watchdog"\/>\n/g, "");
    });
    expect(new Set(without.gaps.map(({ failure }) => failure))).toEqual(
      new Set(["cabinet c1", "cabinet c2", "cabinet c3"]),
    );
  });

  test("is not survived where board and outlets must act together", async (context) => {
    const both = cabinets(`levels: [[redfish, pdu]], ${OUTLETS}`);
    const proof = await proofOf(both, context);
    expect(new Set(proof.gaps.map(({ failure }) => failure))).toEqual(
      new Set(["cabinet c1", "cabinet c2", "cabinet c3"]),
    );
  });
});

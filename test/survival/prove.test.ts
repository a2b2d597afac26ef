// What the real scheduler and the arithmetic of votes say together: planted gaps are found with their reason and a change that mends them.
import { describe, expect, test } from "vitest";
import { describeProof, desiredScene, proofPage, prove } from "../../src/survival/index.js";
import { fate, groupOf, live, nodesText, proofOf, scheduler, servicesText } from "./proving.js";

const SURVIVE = "  - { survive: { nodes: 1 } }\n";

describe("planted gaps", () => {
  test("no room: how much is missing and where; so much more there mends it", async (context) => {
    const text =
      nodesText(3, "capacity: { memory: 4GiB }, ") +
      servicesText(["a", "b", "c"], ", capacity: { memory: 3GiB }");
    const proof = await proofOf(text, context);
    expect(proof.gaps).toHaveLength(3);
    expect(proof.gaps[0]).toMatchObject({
      failure: "n1",
      reason: expect.stringMatching(/^it needs 3072 memory, and n\d has the most left: 1024$/) as string,
    });
    expect(proof.mends.map(({ change }) => change)).toContainEqual(
      expect.stringMatching(/^2048 more memory on n\d$/),
    );
    const mended = await proofOf(text.replaceAll("4GiB", "6GiB"), context);
    expect(mended.gaps).toEqual([]);
  });

  test("bound to one node: the constraint with its line", async (context) => {
    const text = `${nodesText(3)}${servicesText(["a", "b"])}constraints:\n  - { only-on: a, nodes: [n1] }\n${SURVIVE}`;
    const proof = await proofOf(text, context);
    expect(proof.gaps).toEqual([
      { failure: "n1", workload: "a", reason: "it may run on n1 alone (location-a, g.yaml:13)" },
    ]);
    expect(proof.mends).toMatchObject([
      {
        change: expect.stringContaining("without the constraint location-a (g.yaml:13)") as string,
        workloads: ["a"],
      },
    ]);
    expect(proof.singlePoints).toEqual([{ thing: "n1", workloads: ["a"] }]);
  });

  test("kept apart with too few nodes: by what on which node; who goes with the lost one is named so", async (context) => {
    const apart = ["[a, b]", "[b, c]", "[a, c]"].map((pair) => `  - { apart: ${pair} }\n`).join("");
    const text = `${nodesText(3)}${servicesText(["a", "b", "c", "d"])}constraints:\n${apart}  - { together: [c, d] }\n${SURVIVE}`;
    const proof = await proofOf(text, context);
    const reasons = proof.verdicts
      .find(({ name }) => name === "n1")
      ?.fates.flatMap((one) => (one.reason === undefined ? [] : [[one.workload, one.reason.code]]));
    expect(reasons).toHaveLength(2);
    expect(reasons).toContainEqual(["d", "follows"]);
    expect(proof.gaps[0]?.reason).toMatch(
      /^it must not be on n\d with [abc] \(colocation-.*, g\.yaml:\d+\), on n\d with/,
    );
    expect(proof.mends.some(({ workloads }) => workloads.includes("d"))).toBe(false);
  });

  test("too few votes: everything stops, a quorum device mends it", async (context) => {
    const proof = await proofOf(nodesText(4) + servicesText(["a", "b"]), context, 2);
    const down = proof.verdicts.filter(({ quorum }) => !quorum.quorate).map(({ name }) => name);
    expect(down).toEqual(["n1 + n2", "n1 + n3", "n1 + n4"]);
    expect(proof.gaps.map(({ failure }) => failure)).toEqual(down.flatMap((name) => [name, name]));
    expect(proof.gaps[0]?.reason).toBe("2 of 4 votes are left, 3 are needed");
    expect(proof.mends).toEqual([
      {
        change: expect.stringContaining("algorithm: ffsplit") as string,
        failure: "n1 + n2",
        workloads: ["a", "b"],
      },
    ]);
  });

  test("nobody left to fence: what ran on the lost node waits, what runs elsewhere goes on", async (context) => {
    const group = await groupOf(nodesText(3) + servicesText(["a", "b", "c"]));
    const by = await scheduler(context);
    const { model } = group;
    // Only n2 may use the device of n1: with n2 lost too, n1 cannot be fenced.
    const bar = {
      kind: "location",
      id: "bar",
      resource: "fence-n1",
      node: "n3",
      score: "-INFINITY",
    } as const;
    const constraints = [...model.configuration.constraints, bar];
    const barred = {
      ...model,
      configuration: { ...model.configuration, constraints },
      corosync: withDevice(model.corosync),
    };
    const proof = await prove(desiredScene({ ...group, model: barred }, by.schema), by.ask, { failures: 2 });
    const verdict = proof.verdicts.find(({ name }) => name === "n1 + n2");
    expect(verdict?.unfenced).toEqual([
      { node: "n1", cause: "nobody", why: "fence-n1 may run on none of the nodes that are left" },
    ]);
    const states = verdict?.fates.map(({ state, reason }) => reason?.code ?? state);
    const homes = ["a", "b", "c"].map((name) => fate(proof, "nothing", name));
    expect(states).toEqual(homes.map((node) => (node === "n3" ? "stays" : "not-fenced")));
    expect(new Set(states)).toEqual(new Set(["stays", "not-fenced"]));
    expect(proof.mends.map(({ change }) => change)).toContainEqual(
      expect.stringContaining("a fence device for n1"),
    );
  });

  test("a network that nobody reaches takes what needs it; promised, that is a gap", async (context) => {
    const text = `${nodesText(3)}${servicesText(["a", "b"])}constraints:\n  - { needs-network: a, network: process }\n`;
    const proof = await proofOf(`${text}${SURVIVE}`, context);
    expect(proof.gaps).toEqual([]);
    expect(proof.singlePoints).toEqual([{ thing: "network process", workloads: ["a"] }]);
    expect(fate(proof, "process at n1", "a")).toBe("n3");
    const promised = await proofOf(`${text}  - { survive: { networks: 1 } }\n`, context);
    expect(promised.gaps).toEqual([
      {
        failure: "network process",
        workload: "a",
        reason: "no node that it may run on reaches the network process",
      },
    ]);
  });

  test("a workload that does not even run with everything there", async (context) => {
    const text = `${nodesText(2)}${servicesText(["a", "b", "c"])}constraints:\n  - { apart: [a, b] }\n  - { apart: [b, c] }\n  - { apart: [a, c] }\n`;
    const proof = await proofOf(text, context);
    expect(proof.gaps.filter(({ failure }) => failure === "nothing")).toHaveLength(1);
  });
});

/** As if half of the votes were enough: a device that always votes. */
function withDevice<Corosync extends { readonly quorum: { readonly sections: readonly object[] } }>(
  corosync: Corosync,
): Corosync {
  const net = {
    name: "net",
    entries: [
      ["host", "10.9.9.9"],
      ["algorithm", "lms"],
    ],
    sections: [],
  };
  const device = {
    name: "device",
    entries: [
      ["model", "net"],
      ["votes", "2"],
    ],
    sections: [net],
  };
  return { ...corosync, quorum: { ...corosync.quorum, sections: [device] } };
}

test("copies, a leader, and what waits for a person", async (context) => {
  const text = `${nodesText(3)}workloads:
  - { name: everywhere, profile: systemd-service, with: { unit: e.service }, one-per-node: true }
  - { name: data, profile: drbd, with: { resource: r0, device: /dev/drbd0, directory: /data } }
  - { name: report, profile: systemd-service, with: { unit: r.service }, recovery: { start: manual } }
`;
  const proof = await proofOf(text, context);
  expect(proof.gaps).toEqual([]);
  expect(fate(proof, "nothing", "everywhere")).toBe("n1 n2 n3");
  expect(fate(proof, "n2", "everywhere")).toBe("n1 n3");
  expect(fate(proof, "n2", "report")).toBe("waits");
  expect(proof.workloads).toEqual(["everywhere", "data/drbd", "data", "report"]);
  const leader = fate(proof, "nothing", "data/drbd");
  expect(fate(proof, "nothing", "data")).toBe(leader);
  const next = fate(proof, leader, "data/drbd");
  expect(next).toMatch(/^n\d$/);
  expect(next).not.toBe(leader);
  expect(fate(proof, leader, "data")).toBe(next);
  expect(proof.remarks.at(-1)).toBe("report waits for a person wherever it goes (start: manual)");
});

describe("a mandatory order", () => {
  const order =
    "constraints:\n  - { order: [a, b] }\n  - { prefer: a, nodes: { n1: 100 } }\n  - { prefer: b, nodes: { n3: 100 } }\n";
  const text = `${nodesText(3)}${servicesText(["a", "b", "c"])}${order}`;

  test("restarts on its healthy node what is ordered after a workload that was lost, and that is an outage", async (context) => {
    const proof = await proofOf(text, context);
    const verdict = proof.verdicts.find(({ name }) => name === "n1");
    const [first, then] = verdict?.fates ?? [];
    expect([first?.state, then?.state, then?.nodes]).toEqual(["moves", "restarts", ["n3"]]);
    const names = then?.outage?.terms.slice(-3).map(({ name }) => name);
    expect(names).toEqual(["workload start", "workload stop", "starts it waits for"]);
    // Each of them stops before the other can start.
    expect(first?.outage?.terms.at(-1)?.name).toBe("stops it waits for");
    expect(proof.gaps).toEqual([]);
    expect(describeProof(proof, (_, line) => line)).toMatch(/↻ n3 .*\n[\s\S]*\n↻ stopped and started again/);
    expect(proofPage(proof, "now")).toMatch(/<td class="restarts" title="at most [\d.]+ s: .*">↻ n3</);
    // The loss of the later one is none of the earlier one's business.
    expect(proof.verdicts.find(({ name }) => name === "n3")?.fates[0]?.state).toBe("stays");
  });
});

test("watchdogs and no fence device: the scheduler hears of them, and their time is in the outage", async (context) => {
  const bare = nodesText(3).replace(/^policy: .*$/m, "policy: diskless-sbd");
  const text = bare.replace(/, fence: \{ redfish: .*\} \} \}$/gm, " }") + servicesText(["a"]);
  const proof = await proofOf(text, context);
  expect(proof.gaps).toEqual([]);
  const { fates = [] } = proof.verdicts.find(({ name }) => name === "n1") ?? {};
  expect(fates[0]?.outage?.terms).toContainEqual({ name: "fence device", ms: 30_000, source: "assumed" });
});

test("bundles, and copies that may share a node", async (context) => {
  const text = `${nodesText(3)}cib:
  resources:
    - bundle: web
      podman: { image: web, replicas: 2, replicas-per-host: 1, run-command: /usr/sbin/pacemaker-remoted }
      network: { ip-range-start: 10.0.0.100, control-port: 9876 }
      member: { primitive: page, agent: "ocf:heartbeat:apache" }
    - { bundle: cache, podman: { image: cache, replicas: 1 } }
    - { clone: twice, meta: { globally-unique: true, clone-max: 4, clone-node-max: 2 }, member: { primitive: one, agent: "ocf:pacemaker:Dummy" } }
`;
  const proof = await proofOf(text, context);
  expect(proof.gaps).toEqual([]);
  expect(proof.remarks.filter((line) => line.includes("would not rest"))).toEqual([]);
  const [first = "", second = ""] = fate(proof, "nothing", "web").split(" ");
  expect(fate(proof, first, "web").split(" ")).toEqual(expect.arrayContaining([second]) as string[]);
  expect(fate(proof, first, "web")).not.toContain(first);
  const home = fate(proof, "nothing", "cache");
  expect(fate(proof, home, "cache")).toMatch(/^n\d$/);
  expect(fate(proof, home, "cache")).not.toBe(home);
  expect(fate(proof, "nothing", "twice")).toBe("n1 n2 n3");
});

describe("a cluster as it runs", () => {
  const text = `${nodesText(3)}${servicesText(["a", "b", "c"])}constraints:\n  - { needs-network: a, network: process }\n`;

  test("that is what the profile says gives the same proof", async (context) => {
    const [own, running] = [await proofOf(text, context), await live(text, context)];
    expect({ ...running, source: "profile" }).toEqual(own);
  });

  test("with what others put there, what fell there, and a node that is away", async (context) => {
    const theirs =
      '<primitive id="theirs" class="ocf" provider="pacemaker" type="Dummy"/><primitive id="halted" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="halted-meta"><nvpair id="halted-role" name="target-role" value="Stopped"/></meta_attributes></primitive></resources>';
    const ban = '<rsc_location id="ban" rsc="b" node="n2" score="-INFINITY"/></constraints>';
    const proof = await live(text, context, (cib) =>
      cib
        .replace("</resources>", theirs)
        .replace("</constraints>", ban)
        .replace(
          /<node_state id="3"[\s\S]*?<\/node_state>/,
          '<node_state id="3" uname="n3" in_ccm="false" crmd="offline" join="down" expected="down"/>',
        ),
    );
    expect(proof.workloads).toContain("theirs");
    expect(fate(proof, "nothing", "halted")).toBe("waits");
    expect(proof.remarks).toContain("halted is stopped by somebody (target-role)");
    expect(proof.remarks).toContain("n3 is away already: this is proved without");
    // Two of three are there: one more takes the quorum.
    expect(proof.gaps.find(({ failure }) => failure === "n1")?.reason).toBe(
      "1 of 3 votes are left, 2 are needed",
    );
    expect(fate(proof, "nothing", "b")).toBe("n1");
  });

  test("with the votes that its corosync counts, or with the profile's and a remark", async (context) => {
    const heavy = await live(text, context, undefined, (conf) =>
      conf.replace(/name: n3\n/, "name: n3\n        quorum_votes: 3\n"),
    );
    expect(heavy.remarks.filter((line) => line.startsWith("votes"))).toEqual([]);
    expect(heavy.gaps.filter(({ failure }) => failure === "n3").map(({ reason }) => reason)).toContain(
      "2 of 5 votes are left, 3 are needed",
    );
    const unread = await live(text, context, undefined, () => undefined);
    expect(unread.gaps).toEqual([]);
    expect(unread.remarks).toContainEqual(expect.stringMatching(/^votes are those of the profile/));
  });
});

test("the page stands alone, and what a profile says is text in it", async (context) => {
  const proof = await proofOf(nodesText(3) + servicesText(["a"]), context);
  const page = proofPage({ ...proof, group: '<script>alert("x")</script>' }, "made & signed");
  expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\(/);
  expect(page).toContain("made &#38; signed");
  expect(page.match(/<tr/g)).toHaveLength(proof.verdicts.length + 1);
});

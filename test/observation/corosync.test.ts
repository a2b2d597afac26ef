import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseCfgtool, parseQuorumtool } from "../../src/observation/index.js";

// Recorded from corosync 3.1.7.
const read = (name: string): string => readFileSync(join(import.meta.dirname, "inputs", name), "utf8");

test("two of three nodes have quorum", () => {
  expect(parseQuorumtool(read("quorumtool-quorate.txt"))).toEqual({
    quorate: true,
    expectedVotes: 3,
    totalVotes: 2,
    neededVotes: 2,
    flags: ["Quorate"],
    members: [
      { id: 1, votes: 1, name: "n1" },
      { id: 2, votes: 1, name: "n2" },
    ],
  });
});

test("a lone node that waits for all has none", () => {
  expect(parseQuorumtool(read("quorumtool-no-quorum.txt"))).toMatchObject({
    quorate: false,
    totalVotes: 1,
    neededVotes: 2,
    flags: ["WaitForAll"],
    members: [{ id: 1, name: "n1" }],
  });
});

test("members with a quorum device show its flags, and the device is no member", () => {
  const members =
    "Membership information\n----------------------\n    Nodeid      Votes    Qdevice Name\n         1          1    A,V,NMW n1 (local)\n         0          1            Qdevice\n";
  const seen = parseQuorumtool(`Quorum information\nQuorate:          Yes\n\n${members}`);
  expect(seen?.members).toEqual([{ id: 1, votes: 1, name: "n1" }]);
  expect(seen?.expectedVotes).toBeUndefined();
  expect(seen?.device).toEqual({ votes: 1 });
  const gone = members
    .replace("A,V,NMW", "A,NV,NMW")
    .replace("0          1            Qdevice", "0          0            Qdevice (votes 1)");
  expect(parseQuorumtool(`Quorum information\n${gone}`)).toMatchObject({
    members: [{ id: 1 }],
    device: { votes: 0 },
  });
  expect(parseQuorumtool(read("quorumtool-quorate.txt"))).not.toHaveProperty("device");
});

test("what is no such output is unknown", () => {
  expect(parseQuorumtool("Cannot initialize QUORUM service")).toBeUndefined();
  expect(parseCfgtool("Cannot initialize cfg service")).toEqual([]);
});

test("links by number, with the way to each node", () => {
  const links = parseCfgtool(read("cfgtool-link-down.txt"));
  expect(links.map(({ link, address, peers }) => [link, address, [...peers]])).toEqual([
    [
      0,
      "10.99.0.1",
      [
        [1, "localhost"],
        [2, "connected"],
        [3, "disconnected"],
      ],
    ],
    [
      1,
      "10.99.1.1",
      [
        [1, "localhost"],
        [2, "disconnected"],
        [3, "disconnected"],
      ],
    ],
  ]);
  expect(parseCfgtool(read("cfgtool-third-node-down.txt"))[1]?.peers.get(2)).toBe("connected");
});

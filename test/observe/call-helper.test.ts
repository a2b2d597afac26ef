import { describe, expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import { HELPER_ARGV } from "../../src/observation/index.js";
import { callHelper, inParallel, nodeScheduler, observeNodes, observeView } from "../../src/observe/index.js";
import { type CommandResult, createScriptedTransport, type ScriptedCall } from "../../src/transport/index.js";

const answer = (
  parts: readonly (readonly [verb: string, code: number, out: string, err?: string])[],
): string =>
  [["hello", 0, ""], ...parts, ["end", 0, ""]]
    .map(
      ([verb, code, out, err = ""]) =>
        `${verb} ${code} ${Buffer.byteLength(String(out))} ${Buffer.byteLength(String(err))}\n${out}${err}`,
    )
    .join("");
const call = (result: Partial<CommandResult> | Error): ScriptedCall => ({ argv: [...HELPER_ARGV], result });

describe("why there is no answer, in plain words", () => {
  test.each([
    [
      "helper",
      { exitCode: 1, stderr: "sudo: /usr/local/lib/dcn-ha/helper: command not found" },
      "HELPER_MISSING",
      "failed",
    ],
    ["sudo rule", { exitCode: 1, stderr: "sudo: a password is required" }, "SUDO_REFUSED", "refused"],
    [
      "sudo rule, sudo-rs",
      { exitCode: 1, stderr: "sudo: interactive authentication is required" },
      "SUDO_REFUSED",
      "refused",
    ],
    ["sudo", { exitCode: 127, stderr: "sh: 1: sudo: not found" }, "SUDO_REFUSED", "refused"],
    [
      "protocol",
      { exitCode: 64, stderr: "dcn-ha helper: refused, nothing was done: this helper speaks protocol 2" },
      "HELPER_REFUSED",
      "failed",
    ],
    ["sound helper", { exitCode: 2, stderr: "syntax error" }, "HELPER_FAILED", "failed"],
    ["connection", { exitCode: null, lost: true }, "OUTCOME_UNKNOWN", "failed"],
    ["patience", { exitCode: null, timedOut: true }, "OUTCOME_UNKNOWN", "failed"],
    ["whole answer", { exitCode: 0, stdout: "hello" }, "HELPER_ANSWER", "failed"],
  ])("no %s", async (_name, result, code, kind) => {
    const transport = createScriptedTransport({ dcn1: [call(result)] });
    await expect(callHelper(transport, "dcn1", [{ verb: "probe" }])).rejects.toMatchObject({
      code,
      kind,
      node: "dcn1",
    });
  });
});

test("nodes that cannot be observed are results with their reasons, in the order of the group", async () => {
  const cib = '<cib epoch="1"/>\n';
  const good = answer([
    ["probe", 0, "hostname=dcn1\n"],
    ["read-cib", 0, `digest\n${cib}`],
    ["read-corosync-conf", 1, "", "no such file"],
    ["read-corosync-running", 0, "noted\ntotem {\n}\n"],
  ]);
  const transport = createScriptedTransport({
    dcn1: [call({ stdout: good })],
    dcn2: [call(new DcnError("unreachable", "NODE_UNREACHABLE", "dcn2: no route"))],
    dcn3: [call(new DcnError("refused", "HOST_KEY_CHANGED", "dcn3: another key"))],
    dcn4: [call({ exitCode: 1, stderr: "sudo: a password is required" })],
    dcn5: [call({ exitCode: 1, stderr: "sudo: /usr/local/lib/dcn-ha/helper: command not found" })],
    dcn6: [call({ exitCode: null, lost: true })],
    dcn7: [
      call({
        stdout: answer([
          ["probe", 1, "", "no"],
          ["read-cib", 0, ""],
          ["read-corosync-conf", 0, ""],
          ["read-corosync-running", 0, "runtime\n"],
        ]),
      }),
    ],
  });
  const nodes = ["dcn1", "dcn2", "dcn3", "dcn4", "dcn5", "dcn6", "dcn7"];
  const seen = await observeNodes({ transport, nodes });
  transport.verify();
  expect(seen.map((one) => one.node)).toEqual(nodes);
  expect(seen.map((one) => one.kind)).toEqual([
    "probed",
    "unreachable",
    "login-refused",
    "sudo-refused",
    "helper-missing",
    "unknown",
    "unknown",
  ]);
  expect(seen[0]).toMatchObject({
    cib: { digest: "digest", xml: cib },
    corosyncConf: undefined,
    corosyncRuns: { text: "totem {\n}\n" },
    access: "login",
  });
});

test.each([
  ["what its corosync has read", "noted\nold\n", "old\n"],
  ["the file, where nobody noted that", "runtime\ntotem.token (u32) = 1000\n", "file\n"],
])("a node's scheduler comes with the corosync.conf that counts there: %s", async (_, running, expected) => {
  const stdout = answer([
    ["probe", 0, "hostname=dcn1\n"],
    ["read-cib", 0, 'digest\n<cib have-quorum="1"/>\n'],
    ["read-corosync-conf", 0, "file\n"],
    ["read-corosync-running", 0, running],
  ]);
  const transport = createScriptedTransport({ dcn1: [call({ stdout })] });
  const there = await nodeScheduler({ transport, admin: undefined, nodes: ["dcn1"] });
  expect(there).toMatchObject({ where: "dcn1", corosync: expected });
});

test("our own bugs are not taken for a silent node", async () => {
  const transport = createScriptedTransport({ dcn1: [call(new TypeError("bug"))] });
  await expect(observeNodes({ transport, nodes: ["dcn1"] })).rejects.toThrow("bug");
});

test("a view says which part is unknown, and why", async () => {
  const transport = createScriptedTransport({
    dcn1: [
      call({
        stdout: answer([
          ["status-cluster", 102, "", "crm_mon: not connected\n"],
          ["status-quorum", 2, "Quorum information\nQuorate:          No\n"],
          ["status-links", 1, "", "Cannot initialize"],
        ]),
      }),
    ],
  });
  expect(await observeView(transport, "dcn1")).toMatchObject({
    cluster: undefined,
    quorum: { quorate: false },
    links: undefined,
    troubles: ["Pacemaker: crm_mon: not connected", "links: Cannot initialize"],
  });
});

test("many at a time, never more than the limit, results in order", async () => {
  let now = 0;
  let most = 0;
  const results = await inParallel([5, 4, 3, 2, 1], 2, async (item) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, item));
    now -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10]);
  expect(most).toBe(2);
});

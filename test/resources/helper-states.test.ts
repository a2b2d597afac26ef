// The verb simulate-states: Pacemaker's real scheduler on a node, with moments that the controller wrote.
import { afterEach, expect, test } from "vitest";
import { callHelper, nodeScheduler } from "../../src/observe/index.js";
import { describeProof, desiredScene, prove } from "../../src/survival/index.js";
import { createRecordingTransport } from "../../src/transport/index.js";
import { need } from "../golden/tools.js";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.js";
import { groupOf, nodesText, scheduler, servicesText } from "../survival/proving.js";

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const TEXT = nodesText(3) + servicesText(["a", "b"]);

test("a proof by a node's scheduler is the one by this machine's; many moments go in one call", async (context) => {
  const here = await scheduler(context);
  sandbox = createSandbox(["n1", "n2", "n3"]);
  const recording = createRecordingTransport(sandbox.transport);
  const there = await nodeScheduler({ transport: recording, admin: undefined, nodes: ["n1", "n2", "n3"] });
  expect(there).toMatchObject({ where: "n1", schema: here.schema, cib: undefined });
  const group = await groupOf(TEXT);
  const before = recording.calls().length;
  const proofs = await Promise.all(
    [here, there].map((by) => prove(desiredScene(group, by.schema), by.ask, { failures: 2 })),
  );
  const [one, other] = proofs.map((proof) => describeProof(proof, (_colour, text) => text));
  expect(other).toBe(one);
  // At rest, all failures, what would mend them, and whether more votes do.
  expect(recording.calls().length - before).toBeLessThanOrEqual(4);
});

test("what is no question is refused, and what the scheduler cannot read is told with its reason", async (context) => {
  need(context, "crm_simulate");
  sandbox = createSandbox(["n1"]);
  const { transport } = sandbox;
  const ask = async (payload: string) =>
    (await callHelper(transport, "n1", [{ verb: "simulate-states", payload }]))[0];
  expect(await ask("<cib/>\n")).toMatchObject({ exitCode: 65, stderr: "there is no status to ask about\n" });
  expect(await ask("<cib/>\n<status>\n</status>\n")).toMatchObject({ exitCode: 65 });
  const there = await nodeScheduler({ transport, admin: undefined, nodes: ["n1"] });
  const [answer] = await there.ask('<cib validate-with="pacemaker-9.9">\n  <status/>\n</cib>\n', [
    "<status>\n</status>",
  ]);
  expect(answer).toMatchObject({ known: false });
});

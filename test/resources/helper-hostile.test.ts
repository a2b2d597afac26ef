// The helper's frames carry any bytes: the second half of every remote command, after the line that SSH quotes.
import { readdirSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { HelperFrame } from "../../src/observation/index.js";
import { callHelper } from "../../src/observe/index.js";
import { have } from "../sandbox/requirements.js";
import { createSandbox } from "../sandbox/sandbox.js";
import { hostileValues, inPieces, SEED, VALUE_COUNT } from "../shell/hostile-values.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync");
const sandbox = createSandbox(["dcn1"]);
afterAll(() => sandbox.close());
const node = sandbox.node("dcn1");

const values = hostileValues(VALUE_COUNT);
// NUL stands between them: frames carry what no argument could.
const payloads = inPieces(values, 50).map((piece) => piece.join("\0"));
const canaries = (): string[] =>
  readdirSync(node.root, { recursive: true, encoding: "utf8" }).filter((path) => path.includes("canary"));

describe.skipIf(!tools)(`the helper takes ${VALUE_COUNT} hostile values as they are`, () => {
  test("as contents", { timeout: 120_000 }, async () => {
    for (const some of inPieces(payloads, 40)) {
      const frames = some.map(
        (text, index): HelperFrame => ({ verb: "install-file", payload: `secret s${index}\n${text}` }),
      );
      const answers = await callHelper(sandbox.transport, "dcn1", frames);
      expect(answers.map(({ exitCode }) => exitCode)).toEqual(frames.map(() => 0));
      const read = some.map((_, index) => node.read(`etc/dcn-ha/secrets/s${index}`));
      expect(read, `seed ${SEED}`).toEqual(some);
    }
    expect(canaries()).toEqual([]);
  });

  test("and refuses them as names of files", { timeout: 120_000 }, async () => {
    const hostile = values
      .filter((value) => !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(value.split("\n")[0] ?? ""))
      .slice(0, 60);
    const frames = hostile.map(
      (name): HelperFrame => ({ verb: "install-file", payload: `secret ${name}\nx`, independent: true }),
    );
    const answers = await callHelper(sandbox.transport, "dcn1", frames);
    expect(
      answers.map(({ exitCode }) => exitCode),
      `seed ${SEED}`,
    ).toEqual(frames.map(() => 64));
    expect(canaries()).toEqual([]);
  });
});

// A pipeline on this machine: the result of each step, and a failed run that goes on from the step that failed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { PipelineStep } from "../../src/image/index.js";
import { createLocalTransport } from "../../src/transport/index.js";
import { runPipeline } from "../../src/workflows/index.js";
import { createFakeClock } from "../time/fake-clock.js";

const store = mkdtempSync(join(tmpdir(), "dcn-ha-pipeline-"));
afterEach(() => rmSync(store, { recursive: true, force: true }));

test("a step that fails stops the run, which goes on there when asked to", async () => {
  const transport = createLocalTransport();
  const said: string[] = [];
  const shop = { transport, logs: join(store, "logs"), onProgress: (text: string) => said.push(text) };
  const step = (name: string, ...argv: string[]): PipelineStep => ({
    name,
    title: `do ${name}`,
    needs: [],
    argv,
  });
  const mended = join(store, "mended");
  const steps = [step("lint", "true"), step("build", `test -e '${mended}'`), step("publish", "true")];
  const run = { set: "plant", steps, program: ["sh", "-c"], store, shop, clock: createFakeClock() };

  await expect(runPipeline({ ...run, from: "failed" })).rejects.toMatchObject({ code: "NOTHING_FAILED" });
  await expect(runPipeline({ ...run, from: "bake" })).rejects.toMatchObject({ code: "NO_SUCH_STEP" });
  await expect(runPipeline(run)).rejects.toThrow("build: sh ended with 1");
  expect(said).toEqual(["lint: do lint", "build: do build"]);
  await transport.exec("host", { argv: ["touch", mended], timeoutMs: 10_000 });
  const results = await runPipeline({ ...run, from: "failed" });
  expect(results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    "lint before",
    "build done",
    "publish done",
  ]);
  await transport.close();
});

// The self-test from nothing to nothing, or on a lab that is up already.
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeDown } from "../down.js";
import type { LabPaths } from "../paths.js";
import { readSpec } from "../store.js";
import { bringUp } from "../up.js";
import { type SelftestReport, type SelftestRequest, selftest } from "./selftest.js";

/** What it needs besides the test itself. */
export interface RunSelftest extends Omit<SelftestRequest, "nodes" | "folder" | "paths"> {
  readonly paths: LabPaths;
  /** The product's resources/ folder. */
  readonly resources: string;
  readonly folder?: string;
  readonly onProgress: (text: string) => void;
}

/** Runs it; a lab that it brought up is taken down again, whatever happened. */
export async function runSelftest(request: RunSelftest): Promise<SelftestReport> {
  const { paths, resources, onStep, onProgress, product, signal } = request;
  const folder = request.folder ?? (await mkdtemp(join(tmpdir(), "dcn-ha-selftest-")));
  const standing = existsSync(paths.spec);
  try {
    if (!standing) {
      onStep(`bringing up lab ${paths.labName}`);
      const shape = {
        name: paths.labName,
        nodes: 3,
        oses: ["debian12" as const],
        networks: 2,
        bare: false,
        qdevice: false,
        remote: false,
        client: false,
      };
      await bringUp({ paths, resources, shape, onProgress, signal });
    }
    const spec = await readSpec(paths);
    const nodes = spec.nodes.filter(({ role }) => role === "node").map(({ name }) => name);
    await product.apply(paths.profile);
    onStep(`planting on ${nodes.join(", ")}; the logs go to ${folder}`);
    return await selftest({ ...request, nodes, folder });
  } finally {
    if (!standing && existsSync(paths.spec)) await takeDown({ paths, onProgress });
  }
}

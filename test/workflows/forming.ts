// What the tests of `apply` share: nodes in a sandbox, one apply, and what a formed cluster looks like on disk.
import { expect } from "vitest";
import type { ApplyProgress, Controller } from "../../src/apply/index.js";
import { sha256 } from "../../src/apply/programs.js";
import type { ClusterModel } from "../../src/cluster/index.js";
import type { Finding } from "../../src/errors/index.js";
import type { Clock } from "../../src/time/index.js";
import type { Transport } from "../../src/transport/index.js";
import { applyGroup } from "../../src/workflows/index.js";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.js";
import { createFakeClock } from "../time/fake-clock.js";
import { modelOf, SECRETS } from "./model.js";

export const NAMES = ["dcn1", "dcn2", "dcn3"];
export const KEY = "etc/corosync/authkey";
let sandbox: Sandbox | undefined;

/** Closes what `open` opened last. */
export async function closeSandbox(): Promise<void> {
  await sandbox?.close();
  sandbox = undefined;
}

/** A sandbox that `closeSandbox` closes. */
export function open(
  options: { programs?: boolean; oneCib?: boolean; names?: readonly string[] } = {},
): Sandbox {
  sandbox = createSandbox(options.names ?? NAMES, options);
  return sandbox;
}

interface Run {
  readonly transport?: Transport;
  readonly adminTransport?: Transport;
  readonly change?: Parameters<typeof modelOf>[1];
  readonly controller?: Controller;
  readonly force?: readonly string[];
  readonly model?: ClusterModel;
  readonly confirmWithinMs?: number;
  readonly allowFullStop?: boolean;
  readonly wait?: boolean;
  readonly clock?: Clock;
  readonly onChecks?: (findings: readonly Finding[]) => void;
  readonly onProgress?: (progress: ApplyProgress) => void;
}

/** An apply of the test model, with a clock whose sleeps pass at once. */
export function apply(box: Sandbox, run: Run = {}) {
  const { transport = box.transport, change, ...rest } = run;
  const names = box.nodes.map((node) => node.name);
  const { model = modelOf(names, change) } = run;
  return applyGroup({
    group: { model },
    transport,
    secrets: SECRETS,
    clock: createFakeClock({ auto: true }),
    ...rest,
  });
}

/** Same key, same corosync.conf, secrets in place, all started and marked as complete. */
export function expectFormed(box: Sandbox): void {
  const keys = box.nodes.map((node) => sha256(node.read(KEY) ?? ""));
  expect(new Set(keys).size).toBe(1);
  expect(new Set(box.nodes.map((node) => node.read("etc/corosync/corosync.conf"))).size).toBe(1);
  for (const node of box.nodes) {
    expect(node.read(KEY)).toBeDefined();
    expect(node.read("units/pacemaker.service.active"), node.name).toBeDefined();
    expect(node.read("units/corosync.service.enabled"), node.name).toBeDefined();
    expect(node.read("var/lib/dcn-ha/formation"), node.name).toMatch(/^\S+ complete\n$/);
    expect(node.read("etc/dcn-ha/secrets/bmc-dcn1")).toBe("canary-c0ffee");
    expect(JSON.parse(node.read("etc/dcn-ha/gate.json") ?? "")).toMatchObject({
      cluster: "cabinet",
      node: node.name,
    });
  }
}

import { defineConfig } from "vitest/config";

// Three projects: `unit` (pure rooms, a transport against a local sshd, CLI), `tools` (minutes with the programs of a node in
// folders, real pcs, sshd, ostree and podman) and `lab` (a real cluster; serial, slow).
const tools = [
  "test/build/container.test.ts",
  "test/build/publish.test.ts",
  "test/build/registry.test.ts",
  "test/contract/deployments.test.ts",
  "test/contract/fleet-lock.test.ts",
  "test/contract/transport.test.ts",
  "test/monitor/many-groups.test.ts",
  "test/pcs/ha-cluster.test.ts",
  "test/pcs/imported.test.ts",
  "test/pcs/real.test.ts",
  "test/survival/by-hand.test.ts",
  "test/survival/copies.test.ts",
  "test/survival/cut-off.test.ts",
  "test/survival/left-alone.test.ts",
  "test/resources/**/*.test.ts",
  "test/survival/matrix.test.ts",
  "test/survival/mends.test.ts",
  "test/survival/prove.test.ts",
  "test/survival/steps.test.ts",
  "test/survival/unfenced.test.ts",
  "test/survival/wishes.test.ts",
  "test/transport/ssh-identity.test.ts",
  "test/transport/ssh-rogue.test.ts",
  "test/vagrant/vagrantfile.test.ts",
  "test/workflows/apply.test.ts",
  "test/workflows/checks.test.ts",
  "test/workflows/guarded-change.test.ts",
  "test/workflows/interrupted.test.ts",
  "test/workflows/lock.test.ts",
  "test/workflows/members.test.ts",
  "test/workflows/taken-over.test.ts",
  "test/workflows/watch-promise.test.ts",
  "test/workflows/conflict.test.ts",
  "test/workflows/corosync-change.test.ts",
];

export default defineConfig({
  test: {
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/lab/**"],
      reporter: ["text-summary"],
    },
    projects: [
      {
        test: {
          name: "unit",
          // Projects that run together (npm run soak) go one after the other.
          sequence: { groupOrder: 0 },
          maxWorkers: "100%",
          // No test changes what modules hold, so files of one worker may share them: loading them anew for each took a third of the time.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: ["test/lab/**", ...tools],
          globalSetup: ["test/build.ts"],
          setupFiles: ["test/seed.ts"],
          testTimeout: 90_000,
          // What a run of a tool takes on a machine that has much to do says nothing.
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "tools",
          sequence: { groupOrder: 1 },
          maxWorkers: "100%",
          include: tools,
          globalSetup: ["test/build.ts"],
          setupFiles: ["test/seed.ts"],
          // As above: limits are for what hangs.
          testTimeout: 400_000,
          hookTimeout: 400_000,
        },
      },
      {
        test: {
          name: "lab",
          sequence: { groupOrder: 2 },
          include: ["test/lab/**/*.test.ts"],
          globalSetup: ["test/build.ts"],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

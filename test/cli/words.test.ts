// What people read: a group's status, and the progress of an apply.
import { describe, expect, it } from "vitest";
import { describeStatus } from "../../src/cli/commands/status.js";
import { describeProgress } from "../../src/cli/progress.js";
import type { GroupStatus } from "../../src/workflows/index.js";

const usual: GroupStatus = {
  group: "cabinet-7",
  seenFrom: "dcn1",
  dc: { name: "dcn2", version: "2.1.5", mixedVersion: false },
  quorate: true,
  votes: { total: 3, expected: 3, needed: 2 },
  maintenanceMode: false,
  nodes: [
    { name: "dcn1", state: "online", links: [{ link: 0, peer: "dcn2", state: "connected" }] },
    { name: "dcn2", state: "unclean", links: [], silence: "no answer" },
  ],
  workloads: [
    {
      id: "control-container",
      workload: "control",
      within: ["control"],
      agent: "ocf:heartbeat:podman",
      role: "Started",
      nodes: ["dcn1"],
      shouldRun: true,
      remarks: [],
    },
    {
      id: "hmi",
      workload: "hmi",
      within: [],
      agent: "systemd:hmi",
      role: "Stopped",
      nodes: [],
      shouldRun: true,
      remarks: ["failed"],
    },
    {
      id: "theirs",
      within: [],
      agent: "systemd:x",
      role: "Started",
      nodes: ["dcn2"],
      shouldRun: true,
      remarks: [],
    },
  ],
  fenceDevices: [
    {
      id: "fence-dcn1",
      within: [],
      agent: "stonith:fence_redfish",
      role: "Started",
      nodes: ["dcn2"],
      shouldRun: true,
      remarks: [],
    },
  ],
  failures: [],
  fencing: [],
  unknown: [],
  troubles: ["node dcn2 unclean"],
};

describe("status", () => {
  it("puts a group into one screen", () => {
    expect(describeStatus(usual)).toBe(
      [
        "cabinet-7: quorum (3 of 3 votes), DC dcn2, Pacemaker 2.1.5, seen from dcn1",
        "",
        "nodes",
        "  dcn1  online   links ok",
        "  dcn2  unclean  links unknown  no answer",
        "",
        "workloads",
        "  control/container  Started  dcn1",
        "  hmi                Stopped        failed",
        "  theirs             Started  dcn2  not in the profile",
        "",
        "fence devices",
        "  fence-dcn1  Started  dcn2",
        "",
        "not as it should be",
        "  node dcn2 unclean",
      ].join("\n"),
    );
  });

  it("says what is wrong, and what nobody knows", () => {
    const text = describeStatus({
      ...usual,
      dc: undefined,
      quorate: undefined,
      votes: { total: undefined, expected: undefined, needed: undefined },
      maintenanceMode: true,
      nodes: [{ name: "dcn1", state: "online", links: [{ link: 1, peer: "dcn2", state: "disconnected" }] }],
      workloads: [],
      failures: ["start of hmi failed on dcn1: it took too long"],
      fencing: [
        {
          target: "dcn2",
          action: "off",
          status: "failed",
          delegate: "dcn1",
          origin: "dcn1",
          completed: "11:00",
          reason: "No data",
        },
      ],
      unknown: ["dcn2: Pacemaker: no answer"],
    });
    expect(text).toContain("quorum unknown, no DC known, MAINTENANCE MODE");
    expect(text).toContain("link 1 to dcn2 disconnected");
    expect(text).toContain("workloads\n  none known");
    expect(text).toContain("failed actions\n  start of hmi failed on dcn1: it took too long");
    expect(text).toContain("fencing\n  off of dcn2 by dcn1: failed (No data), 11:00");
    expect(text).toContain("unknown\n  dcn2: Pacemaker: no answer");
  });

  it("shouts when there is no quorum", () => {
    expect(describeStatus({ ...usual, quorate: false })).toContain("NO QUORUM");
  });
});

describe("progress", () => {
  it("tells what took place, what failed and why, and the beginning only of what takes time", () => {
    expect(describeProgress({ node: "dcn1", step: "observe", state: "started" })).toBeUndefined();
    expect(describeProgress({ node: "dcn1", step: "start", state: "started" })).toBe("starting the cluster");
    expect(describeProgress({ node: "dcn1", step: "change", state: "done", text: "0.7.0" })).toBe(
      "configuration changed: 0.7.0",
    );
    expect(describeProgress({ node: "dcn1", step: "check", state: "failed", text: "bad" })).toBe(
      "failed to check: bad",
    );
  });
});

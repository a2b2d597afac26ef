// A small cluster model for tests: n nodes, one heartbeat workload, no fencing.
import type { ClusterModel } from "../../src/cluster/index.js";

export function modelOf(
  names: readonly string[],
  change: { stickiness?: string; tokenMs?: number; secrets?: boolean } & Partial<
    Pick<ClusterModel, "watchdog" | "quorumDevice">
  > = {},
): ClusterModel {
  const { stickiness = "1", tokenMs = 1000, secrets = true, ...rest } = change;
  return {
    ...rest,
    name: "cabinet",
    gateGraceMs: 5_000,
    secrets: secrets ? [{ name: "bmc-dcn1", reference: "bmc/dcn1" }] : [],
    corosync: {
      totem: {
        name: "totem",
        entries: [
          ["version", "2"],
          ["cluster_name", "cabinet"],
          ["transport", "knet"],
          ["crypto_cipher", "aes256"],
          ["crypto_hash", "sha256"],
          ["token", String(tokenMs)],
        ],
        sections: [],
      },
      nodes: names.map((name, index) => ({ id: index + 1, name, addresses: [`10.0.0.${index + 1}`] })),
      quorum: { name: "quorum", entries: [["provider", "corosync_votequorum"]], sections: [] },
      logging: { name: "logging", entries: [["to_syslog", "yes"]], sections: [] },
    },
    configuration: {
      properties: [
        {
          id: "cib-bootstrap-options",
          pairs: [{ id: "cib-bootstrap-options-stonith-enabled", name: "stonith-enabled", value: "false" }],
        },
      ],
      nodes: names.map((name, index) => ({ id: index + 1, name, attributes: [] })),
      resources: [
        {
          kind: "primitive",
          id: "plc",
          agent: { class: "ocf", provider: "pacemaker", type: "Dummy" },
          instanceAttributes: [],
          metaAttributes: [],
          operations: [{ id: "plc-monitor", name: "monitor", interval: "10s" }],
        },
      ],
      constraints: [],
      fencingLevels: [],
      resourceDefaults: [
        {
          id: "rsc-options",
          pairs: [{ id: "rsc-options-stickiness", name: "resource-stickiness", value: stickiness }],
        },
      ],
      operationDefaults: [],
    },
  };
}

export const SECRETS: ReadonlyMap<string, string> = new Map([["bmc-dcn1", "canary-c0ffee"]]);

// pcmk_host_map as Pacemaker 2.1.5's build_port_aliases reads it, and what lint makes of it.
import { expect, test } from "vitest";
import { hostMap } from "../../src/lint/host-map.js";
import { bmc, cluster, said, workload } from "./cluster.js";

test.each([
  ["n1:1;n2:2,3", ["n1 1", "n2 2,3"]],
  ["n1=1 n2=2\tn3=3; ", ["n1 1", "n2 2", "n3 3"]],
  [String.raw`n1:2\:8;n2:my\ vm`, ["n1 2:8", "n2 my vm"]],
  // An escaped backslash is gone too, and what comes after it separates.
  [String.raw`n1:a\\;n2:b`, ["n1 a", "n2 b"]],
  ["n1:2:8", ["2 8"]],
  ["n1::8", ["n1 8"]],
  [":8 n1", []],
  ["n1:8\\", ["n1 8"]],
  ["", []],
])("%j", (text, entries) => {
  expect(hostMap(text).map((entry) => entry.join(" "))).toEqual(entries);
});

test("outlets that differ after an escaped separator are two, and a torn entry covers nobody", () => {
  const outlet = (node: string, map: string) =>
    bmc(node, { ip: "10.0.0.9", pcmk_host_list: "", pcmk_host_map: map });
  const findings = (...maps: string[]) =>
    said(
      cluster(3, {
        configuration: {
          resources: [...maps.map((map, at) => outlet(`n${at + 1}`, map)), workload("a")],
        },
      }),
    );
  const escaped = findings(String.raw`n1:2\:7`, String.raw`n2:2\:8`, "n3:1");
  expect(escaped.filter((line) => /SAME_POWER|MISSING/.test(line))).toEqual([]);
  expect(findings("n1:2:7", "n2:2", "n3:1")).toContain("error MISSING_FENCE node n1");
});

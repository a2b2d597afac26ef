// What an image says about its groups: the contract with first boot.
import { describe, expect, test } from "vitest";
import { type ImageFile, lineOf } from "../../src/image/index.js";
import { imageLayers } from "../../src/workflows/index.js";
import { crmVerify, need } from "../golden/tools.js";
import { graphOf, plant } from "./plant.js";

const FOLDER = "/usr/lib/dcn-ha/image";

async function imageOf(
  role: string,
  site: string,
  edit?: (text: string) => string,
): Promise<Map<string, string>> {
  const graph = await graphOf(await plant(edit));
  const files: ImageFile[] = lineOf(graph, `role/${role}/site/${site}`).flatMap((layer) => layer.files);
  return new Map(files.map((file) => [file.path, "link" in file ? file.link : file.content.toString()]));
}

describe("an image", () => {
  test("says what it is, and since when", async () => {
    const files = await imageOf("hmi", "site-1");
    expect(JSON.parse(files.get(`${FOLDER}/image.json`) ?? "")).toEqual({
      schema: 1,
      set: "plant",
      version: "1.0.0",
      role: "hmi",
      site: "site-1",
      revision: "abc",
      builtAt: 1_000,
    });
  });

  test("has the group of its site and no other one", async () => {
    const groups = [...(await imageOf("hmi", "site-1")).keys()].filter((path) =>
      path.startsWith(`${FOLDER}/groups/`),
    );
    expect(groups.map((path) => path.slice(`${FOLDER}/groups/`.length)).sort()).toEqual([
      "site-1/cib.xml",
      "site-1/configuration.xml",
      "site-1/corosync.conf",
      "site-1/gate/det-01.json",
      "site-1/gate/gw-01.json",
      "site-1/gate/hmi-01.json",
      "site-1/group.json",
      "site-1/nodes.tsv",
    ]);
  });

  test("has what sbd needs where the policy fences by a watchdog: its times, and how long its start may take", async () => {
    const files = await imageOf("hmi", "site-1", (text) => text.replace("edge-three-node", "diskless-sbd"));
    const value = (name: string, key: string) =>
      Number(
        new RegExp(`^${key}=(\\d+)$`, "m").exec(files.get(`${FOLDER}/groups/site-1/${name}`) ?? "")?.[1],
      );
    const delay = value("sbd.conf", "SBD_DELAY_START");
    expect(delay).toBeGreaterThan(0);
    expect(value("sbd-unit.conf", "TimeoutSec")).toBeGreaterThan(delay);
    expect(files.get(`${FOLDER}/groups/site-1/cib.xml`)).toContain('name="stonith-watchdog-timeout"');
  });

  test("is refused where nodes are fenced over shared disks, as apply refuses them", async () => {
    const disks = "sbd: { disks: [/dev/disk/by-id/one] }";
    const set = await plant((text) => text.replaceAll(/redfish: \{[^}]*\}[^}]*\}/g, disks));
    const layers = await imageLayers(set, "folder");
    const findings = "findings" in layers ? layers.findings : [];
    expect(findings.map(({ code, subject }) => [code, subject])).toEqual([
      ["SBD_DISKS_NOT_APPLIED", "group site-1"],
      ["SBD_DISKS_NOT_APPLIED", "group site-2"],
    ]);
  });

  test("names every node with what it is recognised by and what it needs", async () => {
    const identity = 'attributes: { role: hmi }\n    identity: { mac: "02:00:5E:10:00:01", serial: "A 1" }';
    const files = await imageOf("hmi", "site-1", (text) =>
      text.replace("attributes: { role: hmi }", identity),
    );
    const rows = (files.get(`${FOLDER}/groups/site-1/nodes.tsv`) ?? "").split("\n");
    expect(rows[0]?.split("\t")).toEqual([
      "hmi-01",
      "1",
      "10.1.0.11,10.1.1.11",
      "hostname=hmi-01,mac=02:00:5e:10:00:01,serial=A 1,kernelArgument=hmi-01",
      "corosync-authkey,bmc-hmi-01,bmc-det-01,bmc-gw-01",
      "hmi",
    ]);
    expect(rows).toHaveLength(4);
    const facts = JSON.parse(files.get(`${FOLDER}/groups/site-1/group.json`) ?? "") as {
      nodes: { name: string; role: string; identity: object }[];
    };
    expect(facts).toMatchObject({ schema: 1, group: "site-1", startupFencing: "true" });
    expect(facts.nodes.map(({ name, role }) => [name, role])).toEqual([
      ["hmi-01", "hmi"],
      ["det-01", "deterministic"],
      ["gw-01", "iot-gateway"],
    ]);
  });

  test("has the same group folder for all roles, with one digest and one formation", async () => {
    const [one, other] = [await imageOf("hmi", "site-1"), await imageOf("deterministic", "site-1")];
    const path = `${FOLDER}/groups/site-1/group.json`;
    expect(one.get(path)).toBe(other.get(path));
    const edited = await imageOf("hmi", "site-1", (text) => text.replaceAll("10.1.2.11", "10.1.2.21"));
    const [before, after] = [one, edited].map(
      (files) => JSON.parse(files.get(path) ?? "") as { digest: string; formation: string },
    );
    expect(after?.digest).not.toBe(before?.digest);
    expect(after?.formation).toBe(before?.formation);
    expect(before?.formation).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("fences nobody who is late to the first formation, and does as the profile says later", async () => {
    const files = await imageOf("hmi", "site-1");
    const value = (name: string) =>
      /name="startup-fencing" value="(\w+)"/.exec(files.get(`${FOLDER}/groups/site-1/${name}`) ?? "")?.[1];
    expect([value("cib.xml"), value("configuration.xml")]).toEqual(["false", "true"]);
  });

  test("has a CIB that Pacemaker accepts", async (context) => {
    need(context, "crm_verify");
    const cib = (await imageOf("hmi", "site-1")).get(`${FOLDER}/groups/site-1/cib.xml`) ?? "";
    expect(crmVerify(cib.replace(/<nodes>.*<\/nodes>/s, "<nodes/>"))).toMatchObject({ exitCode: 0 });
  });
});

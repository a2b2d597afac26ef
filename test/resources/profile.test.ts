// The profile of a newer image: when the cluster takes it, and that it merges as the controller does.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { mergeOwned } from "../../src/cib/index.js";
import { parseXml } from "../../src/xml/index.js";
import { plant } from "../image/plant.js";
import { have, PYTHON } from "../sandbox/requirements.js";
import { closeDevice, type Device, device } from "./device.js";

afterEach(closeDevice);
const tools = have("corosync", "crm_diff", "crm_verify", "cibadmin", "python3");
const PROGRAM = join(import.meta.dirname, "../../resources/node/dcn-ha-profile");
const NAMES = ["hmi-01", "det-01", "gw-01"];
const FOREIGN = '<rsc_location id="theirs" rsc="panel" node="gw-01" score="7"/>';

/** A member that is DC, whose cluster has run since it was formed. */
async function member(edit?: (text: string) => string): Promise<Device> {
  const one = await device("hmi", edit);
  expect(one.boot().status).toBe(0);
  return one.tool("crmadmin", "echo 'Designated Controller is: hmi-01'").tool("attrd_updater", ":");
}

function live(one: Device, edit?: (text: string) => string): string {
  const text = one.node.read("live.xml") ?? "";
  if (edit !== undefined) one.node.write("live.xml", edit(text));
  return one.node.read("live.xml") ?? "";
}

/** What each node tells of the profile that its image carries. */
function telling(one: Device, told: Readonly<Record<string, string>>): void {
  const states = Object.entries(told).map(
    ([name, digest], index) =>
      `<node_state id="${index + 1}" uname="${name}" crmd="online"><transient_attributes id="${index + 1}"><instance_attributes id="status-${index + 1}"><nvpair id="status-${index + 1}-image" name="dcn-ha-image" value="${digest}"/></instance_attributes></transient_attributes></node_state>`,
  );
  live(one, (text) =>
    text.replace(/<status\/>|<status>[\s\S]*<\/status>/, `<status>${states.join("")}</status>`),
  );
}

function digestOf(one: Device): string {
  return (
    /"digest": "([0-9a-f]*)"/.exec(
      one.node.read("usr/lib/dcn-ha/image/groups/site-1/group.json") ?? "",
    )?.[1] ?? ""
  );
}

function look(one: Device): { readonly status: number | null; readonly said: string } {
  const { root } = one.node;
  const argv = [
    PROGRAM,
    ...["--groups", join(root, "usr/lib/dcn-ha/image/groups")],
    ...["--gate", join(root, "etc/dcn-ha/gate.json")],
    ...["--helper", join(root, "usr/local/lib/dcn-ha/helper")],
  ];
  const env = {
    ...process.env,
    PATH: `${root}/stubs:/usr/sbin:/usr/bin:/sbin:/bin`,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const run = spawnSync(PYTHON, argv, { encoding: "utf8", env });
  return { status: run.status, said: `${run.stdout}${run.stderr}`.trim() };
}

const same = (digest: string): Record<string, string> =>
  Object.fromEntries(NAMES.map((name) => [name, digest]));
const epochOf = (text: string): number => Number(/ epoch="(\d+)"/.exec(text)?.[1]);

describe.skipIf(!tools)("the profile that an image carries", () => {
  test("waits for the last node, comes in once, and leaves alone what others made", async () => {
    const one = await member();
    const digest = digestOf(one);
    live(one, (text) => text.replace("</constraints>", `${FOREIGN}</constraints>`));
    telling(one, { ...same(digest), "gw-01": "0123" });
    const before = live(one);
    expect(look(one)).toEqual({
      status: 0,
      said: `the profile ${digest.slice(0, 12)} of this image waits for gw-01`,
    });
    telling(one, { "hmi-01": digest, "det-01": digest });
    expect(look(one).said).toMatch(/waits for gw-01$/);
    expect(epochOf(live(one))).toBe(epochOf(before));

    telling(one, same(digest));
    expect(look(one)).toEqual({
      status: 0,
      said: `the profile ${digest.slice(0, 12)} of this image is in effect: all of hmi-01, det-01, gw-01 carry it`,
    });
    const after = live(one);
    expect(after).toContain('name="startup-fencing" value="true"');
    expect(after).toContain(`name="dcn-ha-profile" value="${digest}"`);
    expect(after).toContain('id="theirs"');
    expect(epochOf(after)).toBe(epochOf(before) + 1);

    expect(look(one)).toEqual({ status: 0, said: "" });
    // A later change by apply or a person stays: this profile has been in effect.
    live(one, (text) =>
      text.replace('name="startup-fencing" value="true"', 'name="startup-fencing" value="false"'),
    );
    expect(look(one)).toEqual({ status: 0, said: "" });
    expect(epochOf(live(one))).toBe(epochOf(after));
  });

  test("is brought in by the DC alone, not without quorum, and not while somebody has the lock", async () => {
    const one = await member();
    telling(one, same(digestOf(one)));
    const before = live(one);
    one.tool("crmadmin", "echo 'Designated Controller is: gw-01'");
    expect(look(one)).toEqual({ status: 0, said: "" });
    one.tool("crmadmin", "echo 'Designated Controller is: hmi-01'");
    live(one, (text) => text.replace('have-quorum="1"', 'have-quorum="0"'));
    expect(look(one)).toEqual({ status: 0, said: "" });
    live(one, () =>
      before.replace(
        "</crm_config>",
        '<cluster_property_set id="dcn-ha-lock">\n<nvpair id="dcn-ha-lock-state" name="dcn-ha-lock" value="held 0123 x"/>\n</cluster_property_set>\n</crm_config>',
      ),
    );
    const { status, said } = look(one);
    expect(status).toBe(1);
    expect(said).toMatch(/could not be brought in, and is tried again: .*held 0123/s);
    expect(epochOf(live(one))).toBe(epochOf(before));
  });

  test("is told by each node for itself, also where others told the same already, and once", async () => {
    const one = await member();
    const log = join(one.node.root, "attrd.log");
    const known = (host: string): string =>
      `case "$*" in *--query*) echo 'name="dcn-ha-image" host="${host}" value="${digestOf(one)}"' ;; *) echo "$@" >>${log} ;; esac`;
    one.tool("attrd_updater", known("gw-01"));
    look(one);
    expect(one.node.read("attrd.log")).toBe(`--name dcn-ha-image --update ${digestOf(one)}\n`);
    one.tool("attrd_updater", known("hmi-01"));
    look(one);
    expect(one.node.read("attrd.log")?.split("\n")).toHaveLength(2);
  });

  test("is told only when the container images of its workloads are on the node, but for a group that is being formed", async () => {
    const one = await member();
    const asked = (): string => one.node.read("asked") ?? "";
    const { root } = one.node;
    one.tool("attrd_updater", `echo "$*" >>${root}/asked`).tool("podman", `test -e ${root}/pulled`);
    one.node.write(
      "usr/lib/dcn-ha/image/images/groups",
      "registry/a@sha256:1\nlocalhost/b:1\nregistry/of-another-group:1\n",
    );
    const configuration = "usr/lib/dcn-ha/image/groups/site-1/configuration.xml";
    one.node.write(
      configuration,
      (one.node.read(configuration) ?? "").replace(
        "<resources>",
        '<resources><primitive id="p" class="ocf" provider="heartbeat" type="podman"><instance_attributes id="i"><nvpair id="n" name="image" value="registry/a@sha256:1"/><nvpair id="m" name="x" value="localhost/b:1"/></instance_attributes></primitive>',
      ),
    );
    look(one);
    expect(asked()).toContain(`--update ${digestOf(one)}`);
    one.node.write("asked", "");
    live(one, (text) =>
      text.replace('id="dcn-ha">', `id="dcn-ha"><nvpair id="x" name="dcn-ha-profile" value="0"/>`),
    );
    expect(look(one).said).toMatch(/of this image waits for container images: registry\/a@sha256:1$/m);
    expect(asked()).not.toContain("--update");
    one.node.write("pulled", "");
    look(one);
    expect(asked()).toContain(`--update ${digestOf(one)}`);
  });

  test("that fences by a watchdog does not come into a cluster without one, where Pacemaker would end on every node", async () => {
    const one = await member();
    const file = "usr/lib/dcn-ha/image/groups/site-1/configuration.xml";
    const pair = (name: string, value: string): string =>
      `<nvpair id="cib-bootstrap-options-${name}" name="${name}" value="${value}"/>`;
    const added = pair("stonith-watchdog-timeout", "30s");
    one.node.write(
      file,
      (one.node.read(file) ?? "").replace(
        /(<cluster_property_set id="cib-bootstrap-options">)/,
        `$1${added}`,
      ),
    );
    telling(one, same(digestOf(one)));
    const before = live(one);
    const { status, said } = look(one);
    expect([status, said]).toEqual([0, expect.stringContaining("fences by a watchdog")]);
    expect(live(one)).toBe(before);
    const has = pair("have-watchdog", "true");
    live(one, (text) => text.replace(/(<cluster_property_set id="cib-bootstrap-options">)/, `$1${has}`));
    expect(look(one).said).toContain("is in effect");
    expect(live(one)).toContain('name="stonith-watchdog-timeout" value="30s"');
  });

  test("merges as the controller does", async () => {
    const one = await member();
    // The cluster runs an older profile of the group, with a workload that is gone by now, and with things of others.
    live(one, (text) =>
      text
        .replace(
          / id="dcn-ha-owned" name="dcn-ha-owned" value="/,
          "$&old old-monitor-interval-10s old-meta_attributes old-meta_attributes-x ",
        )
        .replace(
          "</resources>",
          '<primitive id="old" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="old-meta_attributes"><nvpair id="old-meta_attributes-x" name="x" value="1"/></meta_attributes></primitive><primitive id="strange" class="ocf" provider="pacemaker" type="Dummy"/></resources>',
        )
        .replace("</constraints>", `${FOREIGN}</constraints>`)
        .replace(
          /<nvpair id="rsc_defaults-meta_attributes-resource-stickiness"[^>]*>/,
          '<nvpair id="rsc_defaults-meta_attributes-resource-stickiness" name="resource-stickiness" value="77"/>',
        )
        .replace(/<rsc_location id="location-panel-gw-01-100"[^>]*>/, ""),
    );
    telling(one, same(digestOf(one)));
    const before = parseXml(live(one), { file: "live" });
    const [group] = (await plant()).sites.flatMap(({ groups }) => groups);
    if (group === undefined) throw new Error("no group");
    const expected = mergeOwned(before, group.model.configuration);
    expect(expected.changes.length).toBeGreaterThan(4);
    expect(look(one).said).toContain("is in effect");
    const after = parseXml(live(one), { file: "live" });
    expect(mergeOwned(after, group.model.configuration).changes).toEqual([]);
    const ids = (text: string): string[] => [...text.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id);
    expect(ids(live(one))).toEqual(expect.arrayContaining(["theirs", "strange"]));
    expect(ids(live(one))).not.toContain("old");
  });
});

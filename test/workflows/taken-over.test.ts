// A cluster that was formed and then imported from one of its nodes: nothing of it would change.
import { afterEach, describe, expect, test } from "vitest";
import { parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { importGroup, planGroup, planPacemakerUpgrade } from "../../src/workflows/index.js";
import { have } from "../sandbox/requirements.js";
import { apply, closeSandbox, open } from "./forming.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");

afterEach(closeSandbox);

describe.skipIf(!tools)("a cluster that was taken over", { timeout: 300_000 }, () => {
  test("has an empty plan for CIB and corosync.conf, and one for the next Pacemaker", async () => {
    const box = open();
    await apply(box);
    const { transport } = box;
    const imported = await importGroup({ host: { name: "dcn2", user: "dcn-ha", transport } });
    const text = imported.document ?? "";
    const { group, findings } = resolveGroup(parseDocuments([{ file: "g.yaml", text }]).documents);
    if (group === undefined) throw new Error(`${text}${JSON.stringify(findings)}`);
    const asked = { group, transport, secrets: new Map<string, string>() };

    const { plan } = await planGroup(asked);
    // How long the boot gate waits is a policy's matter, which neither file tells.
    expect(plan.steps.filter(({ what }) => what !== "gate-config")).toEqual([]);
    expect(plan.blocked).toEqual([]);

    const upgrade = await planPacemakerUpgrade({ ...asked, name: group.name });
    expect(upgrade).toMatchObject({ group: "cabinet", clusterSeen: true, findings: [] });
    expect(upgrade.nodes.map(({ name }) => name)).toEqual(["dcn1", "dcn2", "dcn3"]);
  });
});

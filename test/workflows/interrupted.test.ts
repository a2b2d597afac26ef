import { describe, expect, test } from "vitest";
import { createInterruptedTransport } from "../../src/transport/index.js";
import { have } from "../sandbox/requirements.js";
import { machine } from "./controllers.js";
import { apply, expectFormed, open } from "./forming.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");

// `npm run soak` visits every point, bin/test some of them, spread over the whole run.
const soak = process.env.DCN_HA_PROPERTY_RUNS !== undefined;

describe.skipIf(!tools)("a controller that dies", { timeout: 600_000 }, () => {
  test.each([
    { how: "kill", stride: 5 },
    { how: "lose", stride: 11 },
  ] as const)("$how at remote steps: the next run completes", async ({ how, stride }) => {
    const names = ["dcn1", "dcn2"];
    const rehearsal = open({ names });
    const whole = createInterruptedTransport(rehearsal.transport, { at: Number.MAX_SAFE_INTEGER, how });
    await apply(rehearsal, { transport: whole });
    const points = whole.points();
    expect(points).toBeGreaterThan(16);
    await rehearsal.close();
    for (let at = soak ? 1 : 3; at <= points; at += soak ? 1 : stride) {
      const box = open({ names });
      const broken = createInterruptedTransport(box.transport, { at, how });
      const on = machine();
      const dying = on("kim");
      const first = await apply(box, { transport: broken, controller: dying }).catch(
        (error: unknown) => error,
      );
      dying.die();
      if (how === "kill") expect(first, `point ${at}`).toBeInstanceOf(Error);
      const second = await apply(box, { controller: on("lee") });
      expect(["formed", "completed", "unchanged"], `point ${at}`).toContain(second.outcome);
      expectFormed(box);
      for (const node of box.nodes) expect(node.read("var/lib/dcn-ha/claim"), `point ${at}`).toBeUndefined();
      await box.close();
    }
  });
});

import { describe, expect, test } from "vitest";
import { thisController } from "../../src/apply/index.js";
import { renderCorosyncConf } from "../../src/corosync/index.js";
import { createInterruptedTransport, type Transport } from "../../src/transport/index.js";
import {
  addNode,
  applyGroup,
  changeLinks,
  type ReconfigureOptions,
  removeNode,
  rotateKey,
} from "../../src/workflows/index.js";
import { have } from "../sandbox/requirements.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { createFakeClock } from "../time/fake-clock.js";
import { machine } from "./controllers.js";
import { apply, expectFormed, KEY, open } from "./forming.js";
import { modelOf, SECRETS } from "./model.js";

const tools = have("crm_diff", "crm_verify", "cibadmin", "corosync", "python3");

// `npm run soak` visits every point, bin/test some of them, spread over the whole run.
const soak = process.env.DCN_HA_SOAK !== undefined;

describe.skipIf(!tools)("a controller that dies", { timeout: soak ? 7_200_000 : 600_000 }, () => {
  test.each([
    { how: "kill", stride: 13 },
    { how: "lose", stride: 29 },
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

const [two, three] = [
  ["dcn1", "dcn2"],
  ["dcn1", "dcn2", "dcn3"],
];
const model = modelOf(two);
const withSecondLink: typeof model = {
  ...model,
  corosync: {
    ...model.corosync,
    nodes: model.corosync.nodes.map((node) => ({
      ...node,
      addresses: [...node.addresses, `10.1.0.${node.id}`],
    })),
  },
};

interface Change {
  readonly name: string;
  readonly names: readonly string[];
  readonly from: readonly string[];
  readonly to: typeof model;
  readonly former?: readonly string[];
  readonly run: (options: ReconfigureOptions) => Promise<{ readonly outcome: string }>;
}

/** Changes of a running cluster in a sandbox. */
const changes: readonly Change[] = [
  {
    name: "node add",
    names: three,
    from: two,
    to: modelOf(three),
    run: (options) => addNode({ ...options, node: "dcn3" }),
  },
  {
    name: "keys rotate",
    names: two,
    from: two,
    to: model,
    run: (options) => rotateKey({ ...options, key: "corosync" }),
  },
  {
    name: "link add",
    names: two,
    from: two,
    to: withSecondLink,
    run: (options) => changeLinks({ ...options, purpose: "link add" }),
  },
  {
    name: "node remove",
    names: three,
    from: three,
    to: model,
    former: ["dcn3"],
    run: (options) => removeNode({ ...options, node: "dcn3" }),
  },
];

describe.skipIf(!tools).each(changes)(
  "a controller that dies in $name",
  { timeout: soak ? 7_200_000 : 600_000 },
  (change) => {
    const { names, from, to, former = [], run } = change;
    const running = async (): Promise<Sandbox> => {
      const box = open({ names, oneCib: former.length > 0 });
      const started = {
        group: { model: modelOf(from) },
        secrets: SECRETS,
        clock: createFakeClock({ auto: true }),
      };
      await applyGroup({ ...started, transport: box.transport });
      return box;
    };
    const optionsOf = (transport: Transport): ReconfigureOptions => {
      return {
        group: { model: to },
        former,
        transport,
        secrets: SECRETS,
        clock: createFakeClock({ auto: true }),
      };
    };

    test.each([
      { how: "kill", stride: 17 },
      { how: "lose", stride: 41 },
    ] as const)("$how at remote steps: the next run completes", async ({ how, stride }) => {
      const box = await running();
      const back = box.keep();
      const whole = createInterruptedTransport(box.transport, { at: Number.MAX_SAFE_INTEGER, how });
      expect((await run(optionsOf(whole))).outcome).toBe("changed");
      const points = whole.points();
      expect(points).toBeGreaterThan(16);
      for (let at = soak ? 1 : 3; at <= points; at += soak ? 1 : stride) {
        back();
        const old = box.node("dcn1").read(KEY);
        const broken = createInterruptedTransport(box.transport, { at, how });
        // Of a process that is gone by then; of one that lives, as after a lost connection, the lock was given back.
        const self = await thisController();
        const dead = { ...self, holder: { ...self.holder, pid: 4_194_303 } };
        const controller = how === "kill" ? dead : self;
        const first = await run({ ...optionsOf(broken), controller }).catch((error: unknown) => error);
        if (how === "kill") expect(first, `point ${at}`).toBeInstanceOf(Error);
        await run(optionsOf(box.transport));
        if (former.length === 0) expectFormed(box);
        for (const node of box.nodes) {
          const isIn = !former.includes(node.name);
          expect(node.read("etc/corosync/corosync.conf"), `point ${at} ${node.name}`).toBe(
            isIn ? renderCorosyncConf(to) : undefined,
          );
          if (!isIn) expect(node.read(KEY), `point ${at}`).toBeUndefined();
        }
        expect(box.node("dcn1").read("live.xml"), `point ${at}`).not.toMatch(/name="(dcn-ha-)?standby"/);
        for (const node of box.nodes) expect(node.read(`${KEY}.next`), `point ${at}`).toBeUndefined();
        if (change.name === "keys rotate") expect(box.node("dcn1").read(KEY), `point ${at}`).not.toBe(old);
        expect(box.node("dcn1").read("live.xml"), `point ${at}`).toContain('name="dcn-ha-lock" value="free"');
      }
    });
  },
);

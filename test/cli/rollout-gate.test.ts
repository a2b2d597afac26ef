// The site's FleetLock as a rollout document has it: a slot that is not taken back is no end of a turn, and an interrupt gives back what it was given.
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { gateOf } from "../../src/cli/rollout-target.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import type { RolloutScene } from "../../src/workflows/index.js";
import { createFakeClock } from "../time/fake-clock.js";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The gate of a document with a server that replies so; what it was asked, with the id that asked. */
async function gateWith(
  reply: (response: ServerResponse, verb: string, count: number) => void,
  signal?: AbortSignal,
) {
  const asked: string[] = [];
  const made = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.once("end", () => {
      const verb = request.url?.split("/").at(-1) ?? "";
      const { client_params } = JSON.parse(text) as { client_params: { id: string } };
      asked.push(`${verb} ${client_params.id}`);
      reply(response, verb, asked.length);
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  const clock = createFakeClock({ auto: true });
  const group = { name: "cabinet", nodes: [{ name: "dcn1", attributes: { "fleetlock-id": "me" } }] };
  const gate = gateOf(
    { kind: "Rollout", name: "v2", fleetLock: { url } },
    { group: "cabinet", clock, signal, deadlines: { rebootMs: 1_000 } } as unknown as RolloutScene,
    group as unknown as ResolvedGroup,
  );
  return { gate, asked, clock };
}

const sick = (response: ServerResponse): void => {
  response.writeHead(503).end('{"kind":"failed_unlock_no_quorum","value":"not now"}');
};

test("a slot that the server cannot take back now is brought again for a while", async () => {
  const { gate, asked } = await gateWith((response, _verb, count) =>
    count < 5 ? sick(response) : response.end(),
  );
  await gate.afterTurn?.("dcn1", true);
  expect(asked).toEqual(Array.from({ length: 5 }, () => "steady-state me"));
});

test("one that is not taken back at all is no end of a turn, and is told", async () => {
  const { gate, clock } = await gateWith(sick);
  await expect(gate.afterTurn?.("dcn1", true)).rejects.toMatchObject({
    kind: "busy",
    code: "SLOT_NOT_GIVEN_BACK",
    message: expect.stringContaining("failed_unlock_no_quorum: not now") as string,
  });
  expect(clock.sleeps().reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
  // Of a node that is not back the slot is kept.
  await expect(gate.afterTurn?.("dcn1", false)).resolves.toBeUndefined();
});

test("a no to who asks for a slot is not asked for again", async () => {
  const { gate, asked } = await gateWith(sick);
  expect(await gate.mayBegin("dcn1")).toContain("failed_unlock_no_quorum: not now");
  expect(asked).toEqual(["pre-reboot me"]);
});

test("an interrupt gives the slot back, also one of whose grant nobody heard", async () => {
  const stop = new AbortController();
  const { gate, asked } = await gateWith((response, verb) => {
    if (verb === "pre-reboot") stop.abort(new Error("interrupted"));
    else response.end();
  }, stop.signal);
  await expect(gate.mayBegin("dcn1")).rejects.toThrow("interrupted");
  expect(asked).toEqual(["pre-reboot me", "steady-state me"]);
  await gate.afterTurn?.("dcn1", true);
  expect(asked).toHaveLength(3);
});

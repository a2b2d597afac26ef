// Both FleetLock clients, the controller's and the one for nodes, give the same answers to the same replies; as Zincati maps them.
import { spawn } from "node:child_process";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { preReboot, steadyState } from "../../src/apply/index.js";
import type { FleetLockClient } from "../../src/coordination/index.js";
import { systemClock } from "../../src/time/index.js";
import { cleanUp, holderOf, Site } from "../resources/fleetlock-site.js";
import { have, PYTHON } from "../sandbox/requirements.js";
import { createFakeClock } from "../time/fake-clock.js";

const python = have("python3");
const PROGRAM = join(import.meta.dirname, "../../resources/node/fleetlock-client");
type Verb = "pre-reboot" | "steady-state";
type Ask = (client: FleetLockClient, verb: Verb) => Promise<string>;

const controller: Ask = async (client, verb) => {
  const access = { clock: createFakeClock({ auto: true }), timeoutMs: 5_000 };
  const answer = await (verb === "pre-reboot" ? preReboot(client, access) : steadyState(client, access));
  return answer.granted ? "ok" : `${answer.kind}: ${answer.value}`;
};

const node: Ask = ({ url, group, id }, verb) =>
  new Promise((resolve) => {
    const words = [PROGRAM, verb, url, "--group", group, "--id", id, "--timeout", "5"];
    const child = spawn(PYTHON, words, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    child.once("close", (code) => resolve(code === 0 ? "ok" : said.trim()));
  });

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  cleanUp();
});

/** A server that replies so, and remembers what it was asked. */
async function replying(
  reply: (response: ServerResponse, count: number) => void,
): Promise<{ url: string; asked: Request[] }> {
  const asked: Request[] = [];
  const made = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.once("end", () => {
      const { method, url, headers } = request;
      asked.push({ method, url, headers, body: JSON.parse(text) });
      reply(response, asked.length);
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, asked };
}

const zincatis = { group: "mock-workers", id: "e0f3745b108f471cbd4883c6fbed8cdd" };

describe.skipIf(!python).each([
  ["the controller's client", controller],
  ["the nodes' client", node],
])("%s", (_name, ask) => {
  test.each<[Verb]>([["pre-reboot"], ["steady-state"]])(
    "asks for %s as Zincati's mock server expects it",
    async (verb) => {
      const { url, asked } = await replying((response) => response.end());
      expect(await ask({ ...zincatis, url: `${url}/base/` }, verb)).toBe("ok");
      expect(asked).toMatchObject([
        {
          method: "POST",
          url: `/base/v1/${verb}`,
          headers: { "fleet-lock-protocol": "true" },
          body: { client_params: zincatis },
        },
      ]);
    },
  );

  test.each<[string, number, string, string]>([
    [
      "Zincati's mock",
      404,
      '\n{\n  "kind": "f1",\n  "value": "pre-reboot failure"\n}\n',
      "f1: pre-reboot failure",
    ],
    [
      "airlock with its slots taken",
      500,
      '{"kind":"failed_lock","value":"all 1 semaphore slots currently locked"}',
      "failed_lock: all 1 semaphore slots currently locked",
    ],
    [
      "airlock, of an identity",
      400,
      '{"kind":"invalid_client_identity","value":"empty group"}',
      "invalid_client_identity: empty group",
    ],
    [
      "airlock of its first days",
      500,
      "all 1 semaphore slots currently locked\n",
      "generic_http_500: (unknown server error)",
    ],
    ["Zincati's empty reply", 433, "", "generic_http_433: (unknown server error)"],
    ["half an error", 466, '{"kind":"failure_foo"}', "generic_http_466: (unknown server error)"],
    ["another kind of error", 466, '{"kind":7,"value":"x"}', "generic_http_466: (unknown server error)"],
    ["a list", 403, "[]", "generic_http_403: (unknown server error)"],
    ["a yes that is not 200", 202, "", "generic_http_202: (unknown server error)"],
    ["another place", 307, "", "generic_http_307: (unknown server error)"],
  ])("reads the no of %s, once", async (_from, status, body, said) => {
    const { url, asked } = await replying((response) =>
      response.writeHead(status, status === 307 ? { location: "/v1/steady-state" } : {}).end(body),
    );
    expect(await ask({ ...zincatis, url }, "pre-reboot")).toBe(said);
    expect(asked).toHaveLength(1);
  });

  test("calls a server that hangs up client_failed_request, and what cannot be asked client_failed_build", async () => {
    const { url } = await replying((response) => response.destroy());
    expect(await ask({ ...zincatis, url }, "pre-reboot")).toMatch(/^client_failed_request: ./);
    for (const wrong of [
      { url: "lock.site" },
      { url: "http://" },
      { group: "" },
      { group: "a b" },
      { id: "" },
    ])
      expect(await ask({ ...zincatis, url, ...wrong }, "pre-reboot")).toMatch(/^client_failed_build: ./);
  });

  test("gets a lock from our server, and gives it back", async () => {
    const site = new Site();
    await site.start();
    const mine = { url: `http://127.0.0.1:${site.port}`, group: "workers", id: "me" };
    expect(await ask(mine, "pre-reboot")).toBe("ok");
    expect(holderOf(site)).toMatchObject({ id: "me" });
    expect(await ask({ ...mine, id: "you" }, "pre-reboot")).toMatch(
      /^failed_lock_semaphore_full: .*client me/,
    );
    expect(await ask(mine, "steady-state")).toBe("ok");
    expect(site.lock).toBe("free");
  });
});

describe("the controller's client", () => {
  test("asks again where no answer came, which is safe, and not where it was a no", async () => {
    const { url, asked } = await replying((response, count) =>
      count === 1 ? response.destroy() : count === 2 ? response.writeHead(502).end() : response.end(),
    );
    const clock = createFakeClock({ auto: true });
    const answered = preReboot({ ...zincatis, url }, { clock });
    expect(await answered).toEqual({ granted: true });
    expect(asked).toHaveLength(3);
  });

  test("ends when it is told to, with the reason", async () => {
    const stop = new AbortController();
    const { url } = await replying(() => stop.abort(new Error("enough")));
    await expect(
      preReboot({ ...zincatis, url }, { clock: systemClock, signal: stop.signal }),
    ).rejects.toThrow("enough");
    await expect(
      steadyState({ ...zincatis, url }, { clock: systemClock, signal: stop.signal }),
    ).rejects.toThrow("enough");
  });

  test("gives up on a server that does not answer in time, and says that", async () => {
    const { url } = await replying(() => undefined);
    const access = { clock: createFakeClock({ auto: true }), timeoutMs: 50 };
    expect(await preReboot({ ...zincatis, url }, access)).toMatchObject({
      kind: "client_failed_request",
      value: /./,
    });
  });
});

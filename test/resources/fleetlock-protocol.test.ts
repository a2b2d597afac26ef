import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";
import { cleanUp, holderOf, Site } from "./fleetlock-site.js";

const python = have("python3");
let site: Site;
beforeAll(async () => {
  site = new Site();
  if (python) await site.start();
});
beforeEach(() => site.be({}));
afterAll(cleanUp);

/** Bytes as they go over the wire, and the bytes of the answer. */
function wire(at: Site, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(at.port, "127.0.0.1", () => socket.write(text));
    let said = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    socket.once("error", () => undefined).once("close", () => resolve(said));
  });
}

describe.skipIf(!python)("the protocol", () => {
  // What Zincati sends by reqwest, and the example with curl of protocol.md.
  const zincati =
    '{\n  "client_params": {\n    "id": "e0f3745b108f471cbd4883c6fbed8cdd",\n    "group": "mock-workers"\n  }\n}';
  const example =
    '\n{\n  "client_params": {\n    "group": "default",\n    "id": "c988d2509fdf5cdcbed39037c56406fb"\n  }\n}\n\n';

  test.each([
    ["Zincati", zincati, "accept: */*\r\n", "mock-workers", "e0f3745b108f471cbd4883c6fbed8cdd"],
    [
      "the document's curl",
      example,
      "User-Agent: curl/7.88.1\r\nAccept: */*\r\nContent-Type: application/x-www-form-urlencoded\r\n",
      "default",
      "c988d2509fdf5cdcbed39037c56406fb",
    ],
    [
      "a client of airlock's first days",
      '{"client_params":{"group":"default","node_uuid":"abc"}}',
      "",
      "default",
      "abc",
    ],
  ])("takes what %s sends, and says yes without a word", async (...[, body, headers, group, id]) => {
    const post = (verb: string): Promise<string> =>
      wire(
        site,
        `POST /base/v1/${verb} HTTP/1.1\r\nfleet-lock-protocol: true\r\n${headers}host: lock.site:5411\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    const said = await post("pre-reboot");
    expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(said).toMatch(/Content-Length: 0\r\n[\s\S]*\r\n\r\n$/);
    expect(holderOf(site)).toEqual({ kind: "client", group, id });
    expect(await post("steady-state")).toMatch(/^HTTP\/1\.1 200 /);
    expect(site.lock).toBe("free");
  });

  test.each<[string, Parameters<Site["send"]>, number, string]>([
    ["no header", ["/v1/pre-reboot", { headers: {}, body: zincati }], 400, "invalid_client_identity"],
    [
      "another value of it",
      ["/v1/pre-reboot", { headers: { "fleet-lock-protocol": "True" }, body: zincati }],
      400,
      "invalid_client_identity",
    ],
    ["no body", ["/v1/pre-reboot", { body: "" }], 400, "invalid_client_identity"],
    ["no JSON", ["/v1/pre-reboot", { body: "group=default" }], 400, "invalid_client_identity"],
    ["JSON without parameters", ["/v1/pre-reboot", { body: "[]" }], 400, "invalid_client_identity"],
    ["JSON that is deep", ["/v1/pre-reboot", { body: "[".repeat(4000) }], 400, "invalid_client_identity"],
    [
      "a group with a blank",
      ["/v1/pre-reboot", { body: '{"client_params":{"group":"a b","id":"x"}}' }],
      400,
      "invalid_client_identity",
    ],
    [
      "a group with a line break",
      ["/v1/pre-reboot", { body: '{"client_params":{"group":"a\\n","id":"x"}}' }],
      400,
      "invalid_client_identity",
    ],
    [
      "no group",
      ["/v1/pre-reboot", { body: '{"client_params":{"group":"","id":"x"}}' }],
      400,
      "invalid_client_identity",
    ],
    [
      "no id",
      ["/v1/pre-reboot", { body: '{"client_params":{"group":"a","id":""}}' }],
      400,
      "invalid_client_identity",
    ],
    [
      "a number for an id",
      ["/v1/pre-reboot", { body: '{"client_params":{"group":"a","id":7}}' }],
      400,
      "invalid_client_identity",
    ],
    [
      "half a sign for an id",
      ["/v1/pre-reboot", { body: '{"client_params":{"group":"a","id":"\\ud800"}}' }],
      400,
      "invalid_client_identity",
    ],
    [
      "a long id",
      ["/v1/pre-reboot", { body: `{"client_params":{"group":"a","id":"${"x".repeat(257)}"}}` }],
      400,
      "invalid_client_identity",
    ],
    ["a long body", ["/v1/pre-reboot", { body: " ".repeat(4097) }], 413, "request_too_large"],
    [
      "no length",
      [
        "/v1/pre-reboot",
        { headers: { "fleet-lock-protocol": "true", "transfer-encoding": "chunked" }, body: zincati },
      ],
      411,
      "length_required",
    ],
    ["another method", ["/v1/pre-reboot", { method: "GET" }], 405, "wrong_method"],
    ["a method of its own", ["/v1/steady-state", { method: "PURGE" }], 405, "wrong_method"],
    ["another way", ["/v1/reboot", { body: zincati }], 404, "unknown_endpoint"],
  ])("refuses %s with a kind, and asks nobody", async (_name, sent, status, kind) => {
    const reply = await site.send(...sent);
    expect(reply).toMatchObject({ status, kind });
    expect(reply.value).not.toBe("");
    if (status === 405) expect(reply.allow).toBe("POST");
    expect([site.lock, site.read("looks")]).toEqual(["free", undefined]);
  });

  test("a client that sends slowly does not keep its thread", async () => {
    const hasty = new Site();
    await hasty.start("--request-limit", "1");
    const started = performance.now();
    expect(await wire(hasty, "POST /v1/pre-reboot HTTP/1.1\r\nfleet-lock-")).toBe("");
    expect(performance.now() - started).toBeLessThan(8_000);
    expect((await hasty.preReboot("a")).status).toBe(200);
  });
});

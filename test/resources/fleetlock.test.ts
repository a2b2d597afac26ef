import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { decodeLock, encodeLock, type HeldLock } from "../../src/coordination/index.js";
import { have } from "../sandbox/requirements.js";
import { type Cluster, cleanUp, crmMon, quorumTool, SERVER, Site, until } from "./fleetlock-site.js";

const python = have("python3");
afterEach(cleanUp);

async function running(cluster: Cluster = {}, ...words: string[]): Promise<Site> {
  const site = new Site(cluster);
  await site.start(...words);
  return site;
}

const holderOf = (site: Site) => {
  const lock = decodeLock(site.lock);
  return lock.state === "held" ? lock.holder : lock.state;
};

/** Bytes as they go over the wire, and the bytes of the answer. */
function wire(site: Site, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(site.port, "127.0.0.1", () => socket.write(text));
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
  ])("takes what %s sends, and says yes without a word", async (_name, body, headers, group, id) => {
    const site = await running();
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
    const site = await running();
    const reply = await site.send(...sent);
    expect(reply).toMatchObject({ status, kind });
    expect(reply.value).not.toBe("");
    if (status === 405) expect(reply.allow).toBe("POST");
    expect([site.lock, site.read("looks")]).toEqual(["free", undefined]);
  });

  test("a client that sends slowly does not keep its thread", async () => {
    const site = await running({}, "--request-limit", "1");
    const started = performance.now();
    expect(await wire(site, "POST /v1/pre-reboot HTTP/1.1\r\nfleet-lock-")).toBe("");
    expect(performance.now() - started).toBeLessThan(8_000);
    expect((await site.preReboot("a")).status).toBe(200);
  });
});

describe.skipIf(!python)("the lock", () => {
  test("is one: of twenty who ask at once one gets it, and all others learn who that is", async () => {
    const site = await running();
    const ids = Array.from({ length: 20 }, (_, index) => `client-${index}`);
    const replies = await Promise.all(ids.map(async (id) => ({ id, ...(await site.preReboot(id)) })));
    const winners = replies.filter(({ status }) => status === 200).map(({ id }) => id);
    expect(winners).toHaveLength(1);
    expect(holderOf(site)).toEqual({ kind: "client", group: "workers", id: winners[0] });
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      expect(reply).toMatchObject({ status: 409, kind: "failed_lock_semaphore_full" });
      expect(reply.value).toContain(`${winners[0] ?? ""} of the group workers`);
    }
    expect(site.read("writes")?.trim().split("\n")).toHaveLength(1);
  });

  test("is one with two servers, as for a moment when the address moves", async () => {
    const site = await running();
    const [first] = [site.port];
    site.set("before-write", "0.5");
    await site.start();
    const second = site.port;
    const ask = (port: number, id: string) => {
      site.port = port;
      return site.preReboot(id);
    };
    const replies = await Promise.all([ask(first, "a"), ask(second, "b")]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("is given to its holder again, and only its holder gives it back", async () => {
    const site = await running();
    expect((await site.preReboot("a")).status).toBe(200);
    const before = site.lock;
    expect((await site.preReboot("a")).status).toBe(200);
    for (const [id, group] of [["b"], ["A"], ["a", "others"]] as const) {
      expect((await site.steadyState(id, group)).status).toBe(200);
      expect((await site.preReboot(id, group)).kind).toBe("failed_lock_semaphore_full");
    }
    expect(site.lock).toBe(before);
    expect((await site.steadyState("a")).status).toBe(200);
    expect((await site.steadyState("a")).status).toBe(200);
    expect(site.lock).toBe("free");
  });

  test("holds the id whatever is in it, as the controller reads it", async () => {
    const site = await running();
    for (const id of ["dcn1", "ä ö=%20 'x' <&>\"\n", "💡".repeat(64), "a~b!c*(d)"]) {
      expect((await site.preReboot(id, "a.b-C")).status).toBe(200);
      const lock = decodeLock(site.lock) as HeldLock;
      expect(lock).toMatchObject({ holder: { kind: "client", group: "a.b-C", id }, purpose: "reboot" });
      expect(encodeLock(lock)).toBe(site.lock);
      expect((await site.steadyState(id, "a.b-C")).status).toBe(200);
    }
  });

  const facts = {
    state: "held",
    token: "12345678-0000",
    step: "s",
    since: "2026-11-20T12:43:35.120Z",
  } as const;
  const controller = {
    kind: "controller",
    host: "ops1",
    user: "kim",
    pid: 4711,
    boot: "b",
    pidSpace: "p",
    started: "1",
  } as const;
  test.each([
    [
      "a controller",
      encodeLock({ ...facts, holder: controller, purpose: "apply" }),
      "kim on ops1 (process 4711) for apply, since 2026-11-20",
    ],
    [
      "a node",
      encodeLock({ ...facts, holder: { kind: "node", node: "dcn2", boot: "b" }, purpose: "update" }),
      "the node dcn2 for update",
    ],
    ["somebody unreadable", "held by me", "cannot read: held by me"],
  ])("of %s is nobody else's, and the refusal says whose", async (_name, lock, words) => {
    const site = await running();
    site.set("lock", lock);
    const reply = await site.preReboot("a");
    expect(reply).toMatchObject({ status: 409, kind: "failed_lock_semaphore_full" });
    expect(reply.value).toContain(words);
    expect((await site.steadyState("a")).status).toBe(lock === "held by me" ? 503 : 200);
    expect(site.lock).toBe(lock);
  });

  test.each(["before-write", "after-write"])(
    "after a server killed %s is free or its client's, who gets it again",
    async (when) => {
      const site = new Site();
      const server = await site.start();
      site.set(when, "1");
      const asked = site.preReboot("a").catch(() => undefined);
      await until(() => site.read("paused") === when);
      server.kill("SIGKILL");
      expect(await asked).toBeUndefined();
      site.set(when, "");
      await site.start();
      if (when === "after-write") {
        expect(holderOf(site)).toEqual({ kind: "client", group: "workers", id: "a" });
        expect((await site.preReboot("b")).status).toBe(409);
      }
      expect((await site.preReboot("a")).status).toBe(200);
      expect(holderOf(site)).toEqual({ kind: "client", group: "workers", id: "a" });
      // The helper of the killed server may still be at work; what it writes late is refused or the same client's.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect(holderOf(site)).toEqual({ kind: "client", group: "workers", id: "a" });
    },
  );

  test("is listed, and broken by a person on the node who names it", async () => {
    const site = await running();
    expect((await site.send("/v1/list", { method: "GET", headers: {} })).body).toContain('"holders": []');
    await site.preReboot("a");
    const lock = decodeLock(site.lock) as HeldLock;
    const listed = JSON.parse((await site.send("/v1/list", { method: "GET", headers: {} })).body) as object;
    expect(listed).toMatchObject({
      total_slots: 1,
      holders: [{ kind: "client", group: "workers", id: "a", since: lock.since }],
    });
    expect((await site.send("/v1/list")).kind).toBe("wrong_method");
    const here = (...words: string[]) =>
      spawnSync("python3", [SERVER, ...words, "--helper", site.helper], { encoding: "utf8" });
    expect(here("list").stdout).toContain('"id": "a"');
    expect(here("break", "00000000")).toMatchObject({
      status: 75,
      stderr: expect.stringContaining(lock.token) as string,
    });
    expect(here("break", lock.token.slice(0, 8))).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("client a") as string,
    });
    expect(site.lock).toBe("free");
    site.set("lock", encodeLock({ ...facts, holder: controller, purpose: "apply" }));
    expect(here("break", facts.token).stderr).toContain("other_holder");
  });
});

const three = (second: Record<string, string>): Cluster => ({
  nodes: [{ name: "dcn1" }, { name: "dcn2", ...second }, { name: "dcn3" }],
});
const fence = (target: string, ...statuses: string[]): string =>
  `<fence_history>${statuses.map((status) => `<fence_event target="${target}" action="reboot" status="${status}"/>`).join("")}</fence_history>`;

describe.skipIf(!python)("the group's health", () => {
  test.each<[string, Cluster | ((site: Site) => void), string]>([
    ["a node is off", { ...three({ online: "false" }), votes: quorumTool([1, 1, 1]) }, "node_offline"],
    ["a node is on its way up", three({ pending: "true" }), "node_offline"],
    ["a node is on its way down", three({ shutdown: "true" }), "node_offline"],
    ["a node is unclean", three({ unclean: "true", online: "false" }), "node_unclean"],
    [
      "the asking node itself is unclean",
      { nodes: [{ name: "client", unclean: "true" }, { name: "dcn2" }] },
      "node_unclean",
    ],
    ["a node is in standby", three({ standby: "true" }), "node_standby"],
    ["a node is in standby after a failure", three({ standby_onfail: "true" }), "node_standby"],
    ["a node is in maintenance", three({ maintenance: "true" }), "maintenance"],
    ["the cluster is in maintenance", { options: 'maintenance-mode="true"' }, "maintenance"],
    ["there is no DC", { dc: 'present="false"' }, "unknown"],
    ["a fencing is under way", { more: fence("dcn3", "pending", "success") }, "fencing"],
    [
      "a fencing failed, and its node is not back",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], more: fence("dcn3", "failed", "success") },
      "fencing",
    ],
    ["quorum would go with the machine", { votes: quorumTool([1, 1]) }, "quorum_at_risk"],
    [
      "quorum would go with one more, which the whole group could bear",
      { votes: quorumTool([1, 1, 1, 1], { expected: 5, quorum: 3 }) },
      "quorum_at_risk",
    ],
    [
      "the machine's votes are the most",
      { votes: quorumTool([3, 1, 1], { expected: 5, quorum: 3 }) },
      "quorum_at_risk",
    ],
    ["corosync knows of no quorum", { votes: quorumTool([1, 1, 1], { quorate: "No" }) }, "no_quorum"],
    ["Pacemaker knows of no quorum", (site) => site.set("quorum", "0"), "no_quorum"],
    [
      "a change awaits its confirmation",
      (site) => site.set("guard", "armed 12345678 until=x"),
      "change_unconfirmed",
    ],
    ["crm_mon says nothing", (site) => site.set("mon", ""), "unknown"],
    ["crm_mon knows no nodes", (site) => site.set("mon", "<pacemaker-result/>"), "unknown"],
    ["corosync-quorumtool says nothing", (site) => site.set("votes", ""), "unknown"],
    ["the helper may not be run", (site) => site.set("sudo", "sudo: a password is required"), "unknown"],
  ])("refuses where %s, by a kind of its own, and takes no lock", async (_name, cluster, kind) => {
    const site = await running(typeof cluster === "function" ? {} : cluster);
    if (typeof cluster === "function") cluster(site);
    const reply = await site.preReboot("client");
    expect(reply).toMatchObject({ status: 503, kind: `failed_lock_${kind}` });
    expect(reply.value).not.toBe("");
    expect(site.read("writes")).toBeUndefined();
  });

  const named =
    '<node_attributes><node name="dcn2"><attribute name="fleetlock-id" value="uuid-2"/></node></node_attributes>';
  test.each<[string, Cluster, string]>([
    ["the asking node in standby, by its name", three({ standby: "true" }), "dcn2"],
    [
      "the asking node that has left already",
      { ...three({ online: "false" }), votes: quorumTool([1, 0, 1]) },
      "dcn2",
    ],
    [
      "the asking node in maintenance, by its fleetlock-id",
      { ...three({ maintenance: "true" }), more: named },
      "uuid-2",
    ],
    ["a fencing that failed once, its node back", { more: fence("dcn3", "failed") }, "x"],
    [
      "a fencing that failed and was repeated",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], more: fence("dcn3", "success", "failed") },
      "x",
    ],
    [
      "two nodes with two_node",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], votes: quorumTool([1, 1], { expected: 2, quorum: 1 }) },
      "x",
    ],
    [
      "two nodes with a device",
      { nodes: [{ name: "dcn1" }, { name: "dcn2" }], votes: quorumTool([1, 1], { device: 1 }) },
      "x",
    ],
    ["the node with few votes", { votes: quorumTool([3, 1, 1], { expected: 5, quorum: 3 }) }, "dcn2"],
  ])("is good with %s", async (_name, cluster, id) => {
    const site = await running(cluster);
    const { status, value } = await site.preReboot(id);
    expect([status, value]).toEqual([200, undefined]);
  });

  test("is looked at again under the lock, which goes back where it is bad by then", async () => {
    const site = await running();
    site.set("mon-after", crmMon(three({ standby: "true" })));
    expect((await site.preReboot("a")).kind).toBe("failed_lock_node_standby");
    expect(site.read("writes")).toMatch(/^held .*\nfree\n$/);
  });

  test("counts for the holder that asks again: it keeps its lock, and may not reboot now", async () => {
    const site = await running();
    await site.preReboot("a");
    site.be({ ...three({ online: "false" }), votes: quorumTool([1, 1]) });
    expect((await site.preReboot("a")).kind).toBe("failed_lock_node_offline");
    expect(holderOf(site)).toMatchObject({ id: "a" });
    expect((await site.steadyState("a")).status).toBe(200);
    expect(site.lock).toBe("free");
  });

  test("without quorum a lock is not given back, and the client may ask again", async () => {
    const site = await running();
    await site.preReboot("a");
    site.set("quorum", "0");
    expect(await site.steadyState("a")).toMatchObject({ status: 503, kind: "failed_unlock_no_quorum" });
    expect(holderOf(site)).toMatchObject({ id: "a" });
  });

  test("a server that is told to end does so, with what is under way done", async () => {
    const site = new Site();
    const server = await site.start();
    site.set("before-write", "1");
    const asked = site.preReboot("a").catch(() => undefined);
    await until(() => site.read("paused") !== undefined);
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    expect(await ended).toBe(0);
    await asked;
    expect(holderOf(site)).toMatchObject({ id: "a" });
  });
});

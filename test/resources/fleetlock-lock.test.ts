import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { decodeLock, encodeLock, type HeldLock } from "../../src/coordination/index.js";
import { have, PYTHON } from "../sandbox/requirements.js";
import { cleanUp, holderOf, SERVER, Site, until } from "./fleetlock-site.js";

const python = have("python3");
afterEach(cleanUp);

async function running(): Promise<Site> {
  const site = new Site();
  await site.start();
  return site;
}

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
      spawnSync(PYTHON, [SERVER, ...words, "--helper", site.helper], { encoding: "utf8" });
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

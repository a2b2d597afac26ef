import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { cleanUp, listen, pick, python, run, setMembers, site, sleep, wait, whenOver } from "./gate-site.js";

afterEach(cleanUp);

describe.skipIf(!python)("the gate", { timeout: 60_000 }, () => {
  test("opens for all when the last has come, however staggered they start", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    await listen(all, pick(all, 0));
    const first = wait(pick(all, 0));
    await listen(all, pick(all, 1));
    const second = wait(pick(all, 1));
    await sleep(1_500);
    expect(readFileSync(`${pick(all, 0).folder}/run/gate-state`, "utf8")).toBe("waiting\n");
    await listen(all, pick(all, 2));
    const passages = await Promise.all([first, second, wait(pick(all, 2))]);
    for (const { said, state } of passages) {
      expect(said).toContain("all peers are up");
      expect(said).not.toContain("WARNING");
      expect(state).toBe("passed");
    }
    expect(passages[0].seconds).toBeGreaterThan(1.4);
  });

  test("opens after the grace time, and says loudly who was missing", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"], { graceMs: 1_500 });
    await listen(all, pick(all, 1));
    const other = wait(pick(all, 1));
    const { said, seconds } = await wait(pick(all, 0));
    expect(said).toMatch(/WARNING: dcn3 did not answer/);
    expect(seconds).toBeGreaterThan(1.4);
    expect((await other).said).toMatch(/WARNING: dcn1, dcn3 did not answer/);
  });

  test("lets a node join at once where the cluster runs already", async () => {
    const all = site(["dcn1", "dcn2", "dcn3"]);
    const running = pick(all, 1);
    mkdirSync(`${running.folder}/run`);
    writeFileSync(`${running.folder}/run/gate-state`, "passed\n");
    writeFileSync(`${running.folder}/running`, "");
    await listen(all, running);
    const { said, seconds } = await wait(pick(all, 0));
    expect(said).toContain("runs already on dcn2");
    expect(seconds).toBeLessThan(10);
  });

  test("does not count a peer with another key", async () => {
    const all = site(["dcn1", "dcn2"], { graceMs: 1_500 });
    writeFileSync(`${pick(all, 1).folder}/authkey`, randomBytes(256));
    mkdirSync(`${pick(all, 1).folder}/run`);
    writeFileSync(`${pick(all, 1).folder}/run/gate-state`, "waiting\n");
    await listen(all, pick(all, 1));
    const { said } = await wait(pick(all, 0));
    expect(said).toMatch(/dcn2 at 127\.9\.\d+\.2 answers with another key/);
    expect(said).toMatch(/WARNING: dcn2 did not answer/);
  });

  test.each([
    [
      "an answer without a seal",
      { cluster: "cabinet", node: "dcn2", state: "running", mac: "00" },
      "another key",
    ],
    [
      "an answer of another cluster",
      { cluster: "other", node: "dcn2", state: "running", mac: "00" },
      "belongs to the cluster",
    ],
    [
      "an answer of another node",
      { cluster: "cabinet", node: "dcn9", state: "running", mac: "00" },
      "calls itself",
    ],
    ["a list", [1, 2], "not ours"],
    ["noise", "noise", "WARNING: dcn2"],
  ])("does not count %s", async (_name, forged, text) => {
    const all = site(["dcn1", "dcn2"], { graceMs: 1_200 });
    const server: Server = createServer((connection) => {
      connection.on("error", () => undefined);
      connection.end(`${forged === "noise" ? "\u0000{{{" : JSON.stringify(forged)}\n`);
    });
    await new Promise<void>((resolve) => server.listen(all.port, pick(all, 1).address, () => resolve()));
    whenOver(() => server.close());
    const { said } = await wait(pick(all, 0));
    expect(said).toContain(text);
    expect(said).toMatch(/WARNING: dcn2 did not answer/);
  });

  test("answers no nonsense", async () => {
    const all = site(["dcn1", "dcn2"]);
    const gate = pick(all, 0);
    mkdirSync(`${gate.folder}/run`);
    writeFileSync(`${gate.folder}/run/gate-state`, "waiting\n");
    await listen(all, gate);
    const { connect } = await import("node:net");
    const talk = (question: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const connection = connect(all.port, gate.address, () => connection.write(question));
        let said = "";
        connection.setEncoding("utf8").on("data", (piece: string) => {
          said += piece;
        });
        connection.once("end", () => resolve(said)).once("error", reject);
      });
    for (const question of [
      "\n",
      "[]\n",
      '{"nonce": 5}\n',
      '{"nonce": "short"}\n',
      `${"x".repeat(5_000)}\n`,
    ]) {
      expect(await talk(question).catch(() => ""), question).toBe("");
    }
    expect(JSON.parse(await talk('{"nonce": "0123456789abcdef"}\n'))).toMatchObject({
      node: "dcn1",
      state: "waiting",
    });
  });
});

describe.skipIf(!python)("after the gate", { timeout: 60_000 }, () => {
  test("pacemaker waits for the members that passed, once, and not for ever", async () => {
    const group = site(["dcn1", "dcn2", "dcn3"], { graceMs: 600 });
    const [first, second] = group.gates;
    if (first === undefined || second === undefined) throw new Error("no gates");
    await Promise.all([listen(group, first), listen(group, second)]);
    await Promise.all([wait(first), wait(second)]);

    // dcn3 was not heard, so nobody waits for it; dcn2 joins a moment later than dcn1.
    setMembers(first, ["dcn1"]);
    setTimeout(() => setMembers(first, ["dcn1", "dcn2"]), 2_000);
    const joined = await run(first, ["joined"]);
    expect(joined.seconds).toBeGreaterThan(0.4);
    expect(joined.said).toContain("all peers of the gate are members of corosync");
    setMembers(first, ["dcn1"]);
    expect((await run(first, ["joined"])).said).toBe("");

    setMembers(second, ["dcn2"]);
    const alone = await run(second, ["joined", "--join-limit", "0.5"]);
    expect(alone.said).toContain("WARNING: dcn1 passed the gate but did not join corosync in 0.5 s");
  });
});

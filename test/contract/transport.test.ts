import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createLocalTransport,
  createRecordingTransport,
  createScriptedTransport,
  createSshTransport,
  type StreamingTransport,
} from "../../src/transport/index.js";
import { countProcesses, type Sshd, sshdPath, startSshd } from "../transport/sshd.js";
import { contractCases } from "./transport.contract.js";

const runner = (sh: string): string[] => ["sh", "-c", sh];

function suite(open: () => Promise<{ transport: StreamingTransport; stop: () => Promise<void> }>): void {
  let transport: StreamingTransport;
  let stop: () => Promise<void>;
  let folder: string;
  beforeAll(async () => {
    ({ transport, stop } = await open());
    folder = await mkdtemp(join(tmpdir(), "dcn-contract-"));
  });
  afterAll(async () => {
    await transport.close();
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(contractCases)("$name", async ({ command, check }) => {
    const result = await transport.exec("dcn1", command);
    expect(result.node).toBe("dcn1");
    check(result);
  });

  test("ends a command that prints more than the cap", async () => {
    const command = { argv: ["yes"], timeoutMs: 20_000, maxOutputBytes: 1_000_000 };
    await expect(transport.exec("dcn1", command)).rejects.toMatchObject({
      code: "OUTPUT_TOO_LARGE",
      node: "dcn1",
    });
    const noise = { argv: runner("yes >&2"), timeoutMs: 20_000, maxOutputBytes: 1_000_000 };
    await expect(transport.exec("dcn1", noise)).rejects.toMatchObject({ code: "OUTPUT_TOO_LARGE" });
  });

  test("stops the whole process group, at the time limit and when cancelled", async () => {
    const seconds = 20_000 + Math.floor(Math.random() * 10_000);
    const argv = runner(`sleep ${seconds} & sleep ${seconds}; wait`);
    await transport.exec("dcn1", { argv, timeoutMs: 400 });
    await expect.poll(() => countProcesses(`sleep ${seconds}`), { timeout: 5_000 }).toBe(0);
    const cancel = new AbortController();
    const running = transport.exec("dcn1", { argv, timeoutMs: 20_000, signal: cancel.signal });
    await expect.poll(() => countProcesses(`sleep ${seconds}`), { timeout: 5_000 }).toBeGreaterThan(0);
    cancel.abort(new Error("Ctrl-C"));
    await expect(running).rejects.toThrow("Ctrl-C");
    await expect.poll(() => countProcesses(`sleep ${seconds}`), { timeout: 5_000 }).toBe(0);
  });

  test("sends nothing for a signal that is aborted already", async () => {
    const canary = join(folder, "canary");
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(
      transport.exec("dcn1", { argv: ["touch", canary], timeoutMs: 5_000, signal }),
    ).rejects.toThrow("too late");
    await transport.exec("dcn1", { argv: ["true"], timeoutMs: 5_000 });
    expect(existsSync(canary)).toBe(false);
  });

  test("refuses what no argument may hold", async () => {
    for (const argv of [[], [""], ["-x"], ["echo", "a\0b"], ["echo", "\ud800"]]) {
      await expect(transport.exec("dcn1", { argv, timeoutMs: 5_000 })).rejects.toMatchObject({
        kind: "usage",
      });
    }
  });

  test("runs twenty commands at once", async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => String(index));
    const results = await Promise.all(
      numbers.map((n) => transport.exec("dcn1", { argv: runner(`sleep 0.2; echo ${n}`), timeoutMs: 15_000 })),
    );
    expect(results.map((result) => result.stdout.trim())).toEqual(numbers);
  });

  test("hands on lines as they come, and ends when cancelled", async () => {
    const cancel = new AbortController();
    const lines: string[] = [];
    const seen = new Promise<void>((resolve) => {
      const script = "i=0; while :; do echo line $i ä; i=$((i+1)); sleep 0.1; done";
      const command = { argv: runner(script), timeoutMs: Number.POSITIVE_INFINITY, signal: cancel.signal };
      const ended = transport.execStream("dcn1", command, (line) => {
        lines.push(line);
        if (lines.length === 3) cancel.abort();
      });
      resolve(
        ended.then((result) => expect(result).toMatchObject({ timedOut: false, lost: false, stdout: "" })),
      );
    });
    await seen;
    expect(lines.slice(0, 3)).toEqual(["line 0 ä", "line 1 ä", "line 2 ä"]);
  });

  test("hands on a last line without line end, and what the listener throws", async () => {
    const lines: string[] = [];
    const argv = runner("printf 'a\\r\\nb\\n\\nc'; printf oops >&2; exit 5");
    const result = await transport.execStream("dcn1", { argv, timeoutMs: 5_000 }, (line) => lines.push(line));
    expect(lines).toEqual(["a", "b", "", "c"]);
    expect(result).toMatchObject({ exitCode: 5, stderr: "oops" });
    const listener = (): void => {
      throw new Error("listener");
    };
    await expect(transport.execStream("dcn1", { argv: ["yes"], timeoutMs: 9_000 }, listener)).rejects.toThrow(
      "listener",
    );
    const endless = { argv: ["cat", "/dev/zero"], timeoutMs: 9_000 };
    await expect(transport.execStream("dcn1", endless, () => undefined)).rejects.toMatchObject({
      code: "OUTPUT_TOO_LARGE",
    });
  });

  test("is closed for good", async () => {
    await transport.close();
    const closed = transport.exec("dcn1", { argv: ["true"], timeoutMs: 5_000 });
    await expect(closed).rejects.toMatchObject({ code: "TRANSPORT_CLOSED" });
  });
}

describe("local", () => {
  suite(() =>
    Promise.resolve({ transport: createLocalTransport({ killGraceMs: 300 }), stop: () => Promise.resolve() }),
  );
});

test("an sshd is there to test against", ({ skip }) => {
  if (sshdPath === undefined && process.env.CI !== "true")
    skip("openssh-server is not installed: the SSH transport is NOT tested here");
  expect(sshdPath).toBeDefined();
});

describe.skipIf(sshdPath === undefined)("ssh", () => {
  suite(async () => {
    const sshd: Sshd = await startSshd();
    return { transport: createSshTransport([sshd.target], { killGraceMs: 300 }), stop: () => sshd.stop() };
  });
});

test("scripted: recorded answers, played back, keep the same promises", { timeout: 60_000 }, async () => {
  const recording = createRecordingTransport(createLocalTransport({ killGraceMs: 300 }));
  for (const { command } of contractCases) await recording.exec("dcn1", command);
  const script = recording.calls().map(({ argv, stdin, outcome }) => {
    if (outcome === undefined || outcome instanceof Error) throw new Error("a contract case has no result");
    return { argv, stdin, result: outcome };
  });
  const scripted = createScriptedTransport({ dcn1: script });
  for (const { command, check } of contractCases) check(await scripted.exec("dcn1", command));
  await scripted.close();
  await recording.close();
});

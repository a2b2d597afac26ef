import { describe, expect, test } from "vitest";
import {
  encodeRequest,
  type HelperFrame,
  parseAnswers,
  parseCibVersion,
  parseProbe,
} from "../../src/observation/index.js";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const FRAMES: readonly HelperFrame[] = [{ verb: "probe" }, { verb: "read-cib", independent: true }];
const WHOLE = "hello 0 2 0\nhiprobe 0 6 0\nab=ä\nread-cib 102 0 3\nno!end 0 0 0\n";

describe("a request", () => {
  test("counts bytes, not characters, and begins and ends as the helper wants", () => {
    const frames: HelperFrame[] = [
      { verb: "seed-cib", payload: "ä€" },
      { verb: "status-quorum", independent: true },
    ];
    expect(text(encodeRequest(frames))).toBe("hello 1\n1seed-cib 5\nä€status-quorum 0 independent\nend 0\n");
  });

  test("keeps bytes that are no text", () => {
    const request = encodeRequest([{ verb: "install-file", payload: Uint8Array.of(0, 255, 10) }]);
    expect(Buffer.from(request).includes(Buffer.from([0, 255, 10]))).toBe(true);
  });
});

describe("an answer", () => {
  test("is cut at the lengths, in bytes", () => {
    expect(parseAnswers(WHOLE, FRAMES, "dcn1")).toEqual([
      { verb: "probe", exitCode: 0, stdout: "ab=ä\n", stderr: "", skipped: false },
      { verb: "read-cib", exitCode: 102, stdout: "", stderr: "no!", skipped: false },
    ]);
  });

  test.each([
    ["nothing", ""],
    ["cut short", WHOLE.slice(0, -1)],
    ["cut within a text", WHOLE.slice(0, 20)],
    ["too long", `${WHOLE}x`],
    ["in another order", WHOLE.replace("probe", "probx")],
    ["with a motd before it", `Welcome!\n${WHOLE}`],
    ["with a wrong length", WHOLE.replace("0 6 0", "0 7 0")],
  ])("that is not whole is no answer: %s", (_name, answer) => {
    expect(() => parseAnswers(answer, FRAMES, "dcn1")).toThrow(
      /dcn1: the on-node helper's answer is not whole/,
    );
  });
});

test("a probe: absence is unknown, unknown keys are passed over", () => {
  const probe = parseProbe(
    [
      "hostname=dcn1",
      "os.id=debian",
      "os.version=12",
      "pacemaker=",
      "file.cib=absent",
      "file.helper=abc",
      "secret.bmc=def",
      "service.corosync.service=loaded active enabled",
      "formation=f1 started",
      "cib.version=0.12.3",
      "cib.digest=123",
      "novelty=1",
      "no equals sign",
    ].join("\n"),
  );
  expect(probe).toMatchObject({ hostname: "dcn1", pacemaker: undefined, corosync: undefined, python: false });
  expect(probe.files).toEqual(
    new Map([
      ["cib", null],
      ["helper", "abc"],
    ]),
  );
  expect(probe.secrets.get("bmc")).toBe("def");
  expect(probe.services.get("corosync.service")).toBe("active");
  expect(probe.formation).toEqual({ id: "f1", step: "started" });
  expect(probe.cib).toEqual({ version: { adminEpoch: 0, epoch: 12, numUpdates: 3 }, digest: "123" });
  expect(parseProbe("cib.version=0.12.3").cib).toBeUndefined();
});

test.each(["", "1.2", "1.2.3.4", "1.2.x", "-1.2.3", `${"9".repeat(30)}.1.1`])(
  "no CIB version: %j",
  (version) => {
    expect(parseCibVersion(version)).toBeUndefined();
  },
);

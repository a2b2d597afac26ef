// What a Rollout may say, and what is said about one that is wrong: everything at once, where it stands.
import { expect, test } from "vitest";
import { parseDocuments, wavesOf } from "../../src/profile/index.js";

const parse = (text: string) => parseDocuments([{ file: "r.yaml", text }]);

test("a whole Rollout has no findings, and its groups are the first wave", () => {
  const { documents, findings } = parse(`kind: Rollout
name: plant-v2
image: { channel: stable }
groups: [canary.yaml]
waves: [{ name: rest, groups: [a.yaml, b.yaml], approval: true }]
windows: [{ days: [mon, sun], from: "22:00", to: "04:00", zone: Europe/Berlin }]
parallel: 2
failures: 1
soak: 5min
deadlines: { drain: 2min, reboot: 10min }
hooks: { before: [./tell, "{group}", "{node}"] }
fleetLock: { url: "http://10.0.0.1:8095", group: workers }
`);
  expect(findings).toEqual([]);
  const [document] = documents;
  if (document?.kind !== "Rollout") throw new Error("no Rollout");
  expect(wavesOf(document.value).map(({ name, groups, approval }) => [name, groups, approval])).toEqual([
    [undefined, ["canary.yaml"], undefined],
    ["rest", ["a.yaml", "b.yaml"], true],
  ]);
});

test("every fault is told at once, with its place", () => {
  const { findings } = parse(`kind: Rollout
name: plant-v2
image: { chanel: stable }
groups: [a.yaml]
windows: [{ days: [mon, tuesday], from: "25:00", to: "04:00", zone: Europe/Berln }]
soak: 5 minutes
failures: -1
`);
  expect(
    findings.map(({ code, position }) => `${position?.line ?? 0}:${position?.column ?? 0} ${code}`),
  ).toEqual(
    expect.arrayContaining([
      "3:10 UNKNOWN_KEY",
      "3:8 IMAGE_OF_ROLLOUT",
      "5:25 BAD_VALUE",
      "5:41 BAD_TIME_OF_DAY",
      "5:69 BAD_TIME_ZONE",
      "6:7 BAD_DURATION",
      "7:11 TOO_SMALL",
    ]),
  );
});

test.each(["abc", "sha256:12", "a".repeat(63)])("%s is no digest", (digest) => {
  const { findings } = parse(`kind: Rollout\nname: r\ngroups: [a.yaml]\nimage: { digest: "${digest}" }\n`);
  expect(findings.map(({ code }) => code)).toEqual(["BAD_IMAGE_DIGEST"]);
});

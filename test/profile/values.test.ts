import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hintFor, nearestName, nearestNames } from "../../src/profile/index.js";
import { type Parameter, type ParameterValue, parameterFault } from "../../src/profile/parameter.js";
import {
  addressFault,
  durationFault,
  durationMs,
  imageFault,
  interfaceAddressFault,
  nameFault,
  pacemakerTime,
  secretFault,
  sizeBytes,
  sizeText,
} from "../../src/profile/values.js";

const DIGEST = "a".repeat(64);
const GRAMMAR: readonly (readonly [
  what: string,
  fault: (text: string) => unknown,
  right: string[],
  wrong: string[],
])[] = [
  [
    "names",
    nameFault,
    ["a", "dcn-1", "A_b", "a".repeat(63)],
    ["", "1a", "a b", "a.b", "ä", "a".repeat(64), "-a", "a\n"],
  ],
  [
    "durations",
    durationFault,
    ["0s", "500ms", "20s", "5min", "5m", "1h", "2d"],
    ["", "5", "1.5s", "05s", "-1s", "1 s", "1week", "1s\n"],
  ],
  [
    "addresses",
    addressFault,
    [
      "0.0.0.0",
      "10.20.0.11",
      "255.255.255.255",
      "::",
      "::1",
      "fe80::1",
      "1:2:3:4:5:6:7:8",
      "::ffff:10.0.0.1",
      "1::8",
    ],
    [
      "",
      "10.20.0",
      "10.20.0.256",
      "010.0.0.1",
      "1.2.3.4.5",
      "1:2:3:4:5:6:7",
      "1::2::3",
      ":::",
      "12345::",
      "1:2:3:4:5:6:7:8::",
      "::10.0.0",
      "localhost",
      "10.0.0.1\n",
    ],
  ],
  [
    "interface addresses",
    interfaceAddressFault,
    ["10.20.0.50/24", "10.0.0.1/32", "fd00::5/64", "::1/128"],
    [
      "10.20.0.50",
      "10.20.0.50/",
      "10.20.0.50/0",
      "10.20.0.50/33",
      "fd00::5/129",
      "10.20.0.50/24/24",
      "10.20.0.50/024",
      "/24",
    ],
  ],
  [
    "images",
    imageFault,
    [
      `registry.site/c@sha256:${DIGEST}`,
      `registry.site:5000/a/b:1.2@sha256:${DIGEST}`,
      "localhost/heartbeat",
      "localhost/a/b:1",
    ],
    [
      "c",
      "registry.site/c",
      "registry.site/c:latest",
      `c@sha256:${DIGEST}0`,
      "c@sha256:abc",
      `c@sha512:${DIGEST}`,
      "localhost",
      "localhost/a b",
      `c@sha256:${DIGEST}\n`,
    ],
  ],
  [
    "secrets",
    secretFault,
    ["bmc/dcn1", "a", "a/b/c.d"],
    ["", "/etc/shadow", "../a", "a/../b", "a//b", "a/", ".hidden", "a b", "a;b", "a\n"],
  ],
];

test.each(GRAMMAR)("%s: what is right and what is wrong", (_, fault, right, wrong) => {
  expect(right.filter((text) => fault(text) !== undefined)).toEqual([]);
  expect(wrong.filter((text) => fault(text) === undefined)).toEqual([]);
});

test("durations in milliseconds, and in Pacemaker's units", () => {
  expect(["0s", "500ms", "20s", "5min", "5m", "1h", "2d", "x"].map(durationMs)).toEqual([
    0,
    500,
    20_000,
    300_000,
    300_000,
    3_600_000,
    172_800_000,
    undefined,
  ]);
  expect([0, 500, 1_500, 60_000].map(pacemakerTime)).toEqual(["0s", "500ms", "1500ms", "60s"]);
});

test("the nearest name, and none where nothing is near", () => {
  expect(nearestName("netwroks", ["nodes", "networks", "name"])).toBe("networks");
  expect(nearestName("Policy", ["policy"])).toBe("policy");
  expect(nearestName("xyz", ["nodes", "networks"])).toBeUndefined();
  expect(nearestName("ab", ["ba"])).toBe("ba");
  expect(hintFor("x", [])).toBe("none is known");
  const drills = [
    "disk-full-log",
    "disk-full-temp",
    "power-loss",
    "qnetd-killed",
    "disk-full-cluster",
    "disk-fuller",
  ];
  expect(nearestNames("disk-full", drills)).toEqual(["disk-full-cluster", "disk-full-log", "disk-full-temp"]);
  expect(nearestNames("powr-los", drills)).toEqual(["power-loss"]);
  expect(nearestNames("killed", drills)).toEqual(["qnetd-killed"]);
  expect(nearestNames("something-else", drills)).toEqual([]);
});

test("times and sizes are read back as they were written", () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999 }), (amount) => {
      expect(durationMs(pacemakerTime(amount))).toBe(amount);
      expect(sizeBytes(sizeText(amount))).toBe(amount);
    }),
  );
  expect(["0B", "512MiB", "4GiB", "1TiB"].map((text) => sizeText(sizeBytes(text) ?? -1))).toEqual([
    "0B",
    "512MiB",
    "4GiB",
    "1TiB",
  ]);
  expect(["512", "512MB", "1.5GiB", "-1B", "05B"].map(sizeBytes)).toEqual(Array(5).fill(undefined));
});

describe("a parameter", () => {
  const fault = (parameter: Partial<Parameter>, value: ParameterValue): string | undefined =>
    parameterFault({ type: "text", description: "x", ...parameter }, value)?.text;

  test("that is required is not empty; one that is not may be", () => {
    expect(fault({ required: true }, " ")).toBe("must not be empty");
    expect(fault({ required: true, type: "path" }, "")).toBe("must not be empty");
    expect(fault({}, "")).toBeUndefined();
  });

  test.each([
    "historian",
    "historian.service",
    "php8.2-fpm",
    "dbus-org.freedesktop.resolve1",
    "postgresql@15-main.service",
    "getty@tty1",
    "wg-quick@plant.network",
    "gateway@line.pat",
    "backup.timer",
    "srv-data.mount",
  ])("unit: %s", (unit) => {
    expect(fault({ type: "unit" }, unit)).toBeUndefined();
  });

  test.each([
    ["historian.sevice", "did you mean historian.service?"],
    ["historian.Service", "did you mean historian.service?"],
    ["plc.container", "is a file that quadlet makes a unit of: plc.service"],
    ["plc.pod", "is a file that quadlet makes a unit of: plc-pod.service"],
    ["plc@.service", "is a template"],
    ["plc@", "is a template"],
    ["multi-user.target", "the cluster starts no target"],
    [".service", "must be the name of a systemd unit"],
    ["plc server", "must be the name of a systemd unit"],
  ])("no unit: %s", (unit, text) => {
    expect(fault({ type: "unit" }, unit)).toContain(text);
  });
});

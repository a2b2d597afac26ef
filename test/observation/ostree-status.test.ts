import { describe, expect, test } from "vitest";
import { parseOstreeStatus } from "../../src/observation/index.js";
import { need, needRoot } from "../golden/tools.js";
import { OstreeDisk } from "../sandbox/ostree-disk.js";
import { states } from "./recordings.js";

const [A, B, C] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)];

describe("ostree admin status", () => {
  test("the text of Debian 12", () => {
    const text = `  dcn ${C}.0 (staged)
    Version: 3.0.0
    origin refspec: dcn:dcn/hmi/site-1
* dcn ${B}.0
    Version: 2.0.0
    Unlocked: development
    origin refspec: dcn:dcn/hmi/site-1
  dcn ${A}.1 (rollback)
    Version: 1.0.0
    Pinned: yes
    GPG: Signature made today
    origin: <unknown origin type>
`;
    const observation = parseOstreeStatus(text);
    expect(observation).toMatchObject({ updater: "ostree", manages: true });
    expect(observation?.deployments).toEqual([
      {
        state: "staged",
        checksum: C,
        stateroot: "dcn",
        serial: 0,
        source: "dcn:dcn/hmi/site-1",
        version: "3.0.0",
        pinned: false,
        locked: false,
        incompatible: false,
        unlocked: false,
      },
      {
        state: "booted",
        checksum: B,
        stateroot: "dcn",
        serial: 0,
        source: "dcn:dcn/hmi/site-1",
        version: "2.0.0",
        pinned: false,
        locked: false,
        incompatible: false,
        unlocked: true,
      },
      {
        state: "rollback",
        checksum: A,
        stateroot: "dcn",
        serial: 1,
        version: "1.0.0",
        pinned: true,
        locked: false,
        incompatible: false,
        unlocked: false,
      },
    ]);
  });

  test("the JSON of newer versions says the same", () => {
    const json = {
      deployments: [
        {
          checksum: C,
          stateroot: "dcn",
          serial: 0,
          booted: false,
          pending: true,
          "finalization-locked": true,
          staged: false,
          version: "3.0.0",
        },
        { checksum: B, stateroot: "dcn", serial: 0, booted: true, refspec: "dcn:x", unlocked: "none" },
        { checksum: A, stateroot: "dcn", serial: 0, booted: false, rollback: true, pinned: true },
      ],
    };
    const observation = parseOstreeStatus(JSON.stringify(json));
    expect(states(observation)).toEqual(["pending", "booted", "rollback"]);
    expect(observation?.deployments.map(({ locked, pinned }) => [locked, pinned])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
  });

  test("of the ostree on this machine, for a disk that it made", (context) => {
    need(context, "ostree");
    needRoot(context, "ostree deploys for root alone");
    const disk = new OstreeDisk();
    try {
      disk.deploy("1.0.0");
      disk.deploy("2.0.0");
      expect(parseOstreeStatus(disk.status())).toMatchObject({
        manages: false,
        deployments: [
          { state: "other", version: "2.0.0", stateroot: "dcn", source: "dcn/hmi/site-1" },
          { state: "other", version: "1.0.0" },
        ],
      });
    } finally {
      disk.remove();
    }
  }, 120_000);

  test("other texts are no status", () => {
    expect(parseOstreeStatus("No deployments.\n")).toMatchObject({ manages: false, deployments: [] });
    for (const text of ["", "error: opendir(/ostree): No such file or directory", "{}"])
      expect(parseOstreeStatus(text), text).toBeUndefined();
  });
});

// What keeps dcn-ha-update from beginning: windows, the group, other holders, what is denied here or told by the group, and the images themselves.
import { afterEach, describe, expect, test } from "vitest";
import { NEW, OLD, UpdateSite } from "./update-site.js";

let site: UpdateSite;
afterEach(() => {
  site.close();
});
const calls = (): string => site.get("calls");
const LEAVES = /^(set-standby|stop-cluster|reboot-node)/m;

/** Two runs, long enough apart for any turn to begin. */
function looks(): string {
  const said = site.run();
  site.pass(300);
  return said + site.run();
}

describe("a node without a controller does not begin", () => {
  test.each<[string, (at: UpdateSite) => void, RegExp]>([
    [
      "while another one is out",
      (at) => {
        at.set("may", "no");
        at.set("why", "not online: gw-01");
      },
      /waits: not online: gw-01/,
    ],
    ["while its own checks are red", (at) => at.set("health", "red"), /its own health checks are red/],
    ["while its cluster does not run", (at) => at.set("cluster", "inactive"), /waits: .*does not answer/],
    [
      "while a controller has the lock",
      (at) => at.set("lock", "held 01234567 controller host=ops1 user=kim"),
      /waits: the lock is held by 01234567 controller host=ops1 user=kim/,
    ],
    ["what is denied here", (at) => at.set("denied", `${NEW} 10_git.sh`), /is denied on this node/],
    [
      "what another node with another image of this version was worse off with",
      (at) => at.set("avoid", `${OLD.replace("a", "c")} 2.0.0 rolled-back on gw-01`),
      /not begun, as the group was told: .* rolled-back on gw-01/,
    ],
    [
      "what nobody has",
      (at) => at.set("fail-resolve-image", "69 no route"),
      /nobody says which image is wanted: no route/,
    ],
    ["what cannot be fetched", (at) => at.set("fail-pull-image", "69 no route"), /not to be had: no route/],
    [
      "what another architecture is for",
      (at) =>
        at.set("compared", at.get("compared").replace("new.architecture=x86_64", "new.architecture=aarch64")),
      /refused: ARCHITECTURE_DIFFERS/,
    ],
    ["what could not be compared", (at) => at.set("compared", ""), /refused: IMAGE_NOT_COMPARED/],
    [
      "a higher feature set, which nobody forces",
      (at) => at.set("compared", at.get("compared").replace("new.feature-set=3.16", "new.feature-set=3.20")),
      /refused: FEATURE_SET_RISES/,
    ],
  ])("%s", (_name, edit, words) => {
    site = new UpdateSite();
    edit(site);
    expect(looks()).toMatch(words);
    expect(calls()).not.toMatch(LEAVES);
    expect(site.left()).toMatchObject({ turn: "none", standby: "none" });
    // The same words once, and again only when something else was said.
    expect(site.run()).toBe("");
  });

  test("where the group is not well any more once it has the lock, and gives it back", () => {
    site = new UpdateSite();
    site.set("spoil", "yes");
    expect(looks()).toMatch(/waits: not online: gw-01/);
    expect(calls()).not.toMatch(LEAVES);
    expect(site.left()).toEqual({ turn: "none", lock: "free", standby: "none", next: "" });
  });

  test("before emptier nodes, and as DC last", () => {
    site = new UpdateSite();
    site.set("dc", "hmi-01");
    expect(site.run()).toMatch(/waits for emptier nodes/);
    site.pass(200);
    site.run();
    expect(calls()).not.toMatch(LEAVES);
    site.pass(30);
    site.run();
    expect(calls()).toMatch(LEAVES);
  });

  test("again what the group was told of, where it was off meanwhile: it remembers that itself", () => {
    site = new UpdateSite();
    site.set("avoid", `${OLD.replace("a", "c")} 2.0.0 rolled-back on gw-01`);
    site.run();
    expect(site.get("denied")).toContain(`${NEW} told by the group: `);
    // A later version is another matter.
    site.set("version", "2.0.1");
    site.set("image", "d".repeat(64));
    looks();
    expect(calls()).toMatch(LEAVES);
  });

  test("with findings that its settings force", () => {
    site = new UpdateSite("force=FEATURE_SET_RISES DISK_SPACE\n");
    site.set("compared", site.get("compared").replace("new.feature-set=3.16", "new.feature-set=3.20"));
    looks();
    expect(calls()).toMatch(LEAVES);
  });
});

describe("what is left", () => {
  test("of a turn that nobody knows any more is given back: its own standby and lock, and nobody else's", () => {
    site = new UpdateSite();
    site.set("image", OLD);
    site.set("standby", "dcn-ha-update");
    site.set("lock", "held 01234567 node node=hmi-01 boot=");
    site.run();
    expect(site.left()).toMatchObject({ lock: "free", standby: "none" });
    site.set("standby", "dcn-ha-rollout");
    site.set("lock", "held 01234567 node node=gw-01 boot=");
    site.run();
    expect(site.left()).toMatchObject({
      lock: "held 01234567 node node=gw-01 boot=",
      standby: "dcn-ha-rollout",
    });
  });
});

describe("a wanted image", () => {
  test.each([
    [`${NEW}\n`, /^pull-image b{64}$/m],
    ["lab:canary/dcn/hmi\n", /^resolve-image lab:canary\/dcn\/hmi$/m],
  ])("comes from a file that arrived: %s", (text, call) => {
    site = new UpdateSite();
    site.write("var/lib/dcn-ha/wanted", text);
    looks();
    expect(calls()).toMatch(call);
    expect(calls()).not.toContain("take-medium");
    expect(calls()).toMatch(LEAVES);
  });

  test("comes from a medium before the network, unless it is denied", () => {
    site = new UpdateSite();
    site.set("fail-resolve-image", "69 no route");
    site.set("medium", `source=lab:stable/dcn/hmi\ndigest=${NEW}\nversion=2.0.0`);
    looks();
    expect(calls()).toMatch(LEAVES);
    site.close();
    site = new UpdateSite();
    site.set("medium", `digest=${"d".repeat(64)}`);
    site.set("denied", `${"d".repeat(64)} bad`);
    looks();
    expect(calls()).toMatch(/^pull-image b{64}$/m);
  });

  test("of the network takes a node that a medium brought further on, and never back", () => {
    site = new UpdateSite();
    site.set("image", OLD);
    site.set("medium", `source=lab:stable/dcn/hmi\ndate=200\ndigest=${NEW}\nversion=2.0.0`);
    site.run();
    site.set("booted", NEW);
    site.set("date", "100");
    site.forget("calls");
    site.run();
    // The medium says so as long as it is there, its date after that.
    expect(calls()).not.toContain("resolve-image");
    site.forget("medium");
    looks();
    expect(calls()).toContain("resolve-image");
    expect(calls()).not.toMatch(LEAVES);
    site.set("image", "c".repeat(64));
    site.set("date", "300");
    looks();
    expect(calls()).toMatch(LEAVES);
  });

  test("comes from a channel that the settings name", () => {
    site = new UpdateSite("channel=canary\n");
    site.run();
    expect(calls()).toMatch(/^resolve-image lab:canary\/dcn\/hmi$/m);
  });
});

/** Seconds of a time in UTC. */
const at = (text: string): string => String(Date.parse(`${text}Z`) / 1_000);

// The end of summer time in 2026: 25 October, 3:00 becomes 2:00. A reboot may take 120 s.
describe("windows", () => {
  test.each<[string, string, boolean]>([
    ["window=* 22:00 05:00 Europe/Berlin", "2026-11-20T21:00", true],
    ["window=* 22:00 05:00 Europe/Berlin", "2026-11-20T20:59", false],
    ["window=* 22:00 05:00 Europe/Berlin", "2026-11-21T03:57", true],
    // Too late for a reboot.
    ["window=* 22:00 05:00 Europe/Berlin", "2026-11-21T03:59", false],
    // Friday night, until Saturday morning; 20 November is a Friday.
    ["window=5 22:00 05:00 UTC", "2026-11-21T04:00", true],
    ["window=5 22:00 05:00 UTC", "2026-11-20T04:00", false],
    ["window=1 22:00 05:00 UTC", "2026-11-22T23:00", false],
    ["window=* 02:00 03:00 Europe/Berlin", "2026-10-25T00:30", true],
    ["window=* 02:00 03:00 Europe/Berlin", "2026-10-25T01:30", true],
    ["window=* 02:00 03:00 Europe/Berlin", "2026-10-25T02:01", false],
    ["window=67 00:00 00:00 UTC", "2026-11-21T13:00", true],
    ["window=67 00:00 00:00 UTC", "2026-11-20T13:00", false],
    // Two that follow each other are one.
    ["window=* 22:00 23:00 UTC\nwindow=* 23:00 23:30 UTC", "2026-11-20T22:59", true],
    ["window=* 22:00 05:00 No/Where", "2026-11-20T23:00", false],
  ])("%s at %s", (line, time, opens) => {
    site = new UpdateSite(`${line}\n`);
    site.zone("Europe/Berlin");
    site.set("clock", "");
    site.write("clock", `${at(time)}\n`);
    looks();
    expect(LEAVES.test(calls())).toBe(opens);
    expect(calls()).toContain("pull-image");
  });

  // In the same run, and where the run is over by then and the next one goes on.
  test.each([600, 25_000])("close while the image is compared, for %i s: nothing is drained", (seconds) => {
    site = new UpdateSite("window=* 22:00 05:00 UTC\n");
    site.write("clock", `${at("2026-11-21T04:55")}\n`);
    site.set("slow", String(seconds));
    const said = looks() + site.run();
    expect(calls()).toContain("compare-image");
    expect(said).toMatch(/waits: the window has closed/);
    expect(calls()).not.toMatch(LEAVES);
    expect(site.left()).toEqual({ turn: "none", lock: "free", standby: "none", next: "" });
  });

  test("close while the image is staged: the node takes work again, and reboots in the next one", () => {
    site = new UpdateSite("window=* 22:00 05:00 UTC\n");
    site.write("clock", `${at("2026-11-21T04:45")}\n`);
    site.set("slow-stage", "1200");
    const said = looks() + site.run() + site.run();
    expect(said).toMatch(/gives up its turn: the window has closed/);
    expect(calls()).toContain("stage-image");
    expect(calls()).not.toMatch(/stop-cluster|reboot-node/);
    expect(site.left()).toEqual({ turn: "none", lock: "free", standby: "none", next: "" });
  });

  test("for downloads are others than for turns", () => {
    site = new UpdateSite("download=* 01:00 02:00 UTC\n");
    site.write("clock", `${at("2026-11-20T12:00")}\n`);
    expect(looks()).toMatch(/waits for a download window/);
    expect(calls()).not.toContain("pull-image");
    site.write("clock", `${at("2026-11-20T01:59")}\n`);
    looks();
    expect(calls()).toContain("pull-image");
  });
});

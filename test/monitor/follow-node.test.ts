import { describe, expect, test } from "vitest";
import type { SpoolPosition } from "../../src/observation/index.js";
import { systemClock } from "../../src/time/index.js";
import { held, line, ofKind, play, type Script, spool } from "./played.js";

/** A header, and an event whose node's clock says `wallMs` and that came so many seconds after its boot, at second 1000 of that boot. */
const clocks = (epochMs: number, boot = "b1"): string =>
  `spool 1 1 ${boot} dcn1 ${(epochMs / 1000).toFixed(3)} 1000.00`;
const event = (wallMs: number, upS: string): string =>
  `seq=1\tboot=b1\thost=dcn1\twall=${(wallMs / 1000).toFixed(6)}\tup=${upS}\tkind=attribute\tnode=dcn1\t.`;
const DAYS_MS = 2 * 24 * 3_600_000;

describe("when something happened, by our clock", () => {
  const agoOf = async (header: string, line: string): Promise<number> => {
    const script = { follows: [[header, "alive 1.0 1", line]] };
    const { news } = await play(script, { boot: "b1", seq: 0 }, ofKind("event", 1));
    const [atMs] = news.flatMap((one) => (one.kind === "event" ? [one.atMs] : []));
    return Math.round((systemClock.wallMs() - (atMs ?? 0)) / 1_000);
  };
  const now = systemClock.wallMs();

  test("as its node says, where the clocks agree; by their difference, where they do not", async () => {
    expect(await agoOf(clocks(now), event(now - 30_000, "970.00"))).toBe(30);
    expect(await agoOf(clocks(now - DAYS_MS), event(now - DAYS_MS - 30_000, "970.00"))).toBe(30);
    // In an earlier boot, nothing else tells.
    expect(await agoOf(clocks(now - DAYS_MS, "b2"), event(now - DAYS_MS - 30_000, "970.00"))).toBe(30);
  });

  test("a clock that was set right since then, or since we connected, changes nothing", async () => {
    expect(await agoOf(clocks(now), event(now - DAYS_MS - 30_000, "970.00"))).toBe(30);
    expect(await agoOf(clocks(now), event(now + DAYS_MS - 30_000, "970.00"))).toBe(30);
    expect(await agoOf(clocks(now - DAYS_MS), event(now - 30_000, "970.00"))).toBe(30);
    expect(await agoOf(clocks(now + DAYS_MS), event(now - 30_000, "970.00"))).toBe(30);
  });

  test("an agent that was slow to begin is no step of a clock, and nothing happens later than now", async () => {
    expect(await agoOf(clocks(now), event(now - 30_000, "974.00"))).toBe(30);
    expect(await agoOf(clocks(now - DAYS_MS, "b2"), event(now, "970.00"))).toBe(0);
    expect(await agoOf(clocks(now), event(now - 30_000, "0"))).toBe(30);
  });
});

describe("following a node", () => {
  test("says whether its spool holds what was not told, and when all of that is", async () => {
    const kinds = async (position: SpoolPosition) => {
      const script = { follows: [[spool(1, 4), "alive 1.0 4", line(3), line(4), line(5)]] };
      const { news } = await play(script, position, ofKind("event", 5 - position.seq));
      return news.map((one) => (one.kind === "event" ? one.event.seq : one.kind));
    };
    expect(await kinds({ boot: "b1", seq: 3 })).toEqual(["behind", "followed", "alive", 4, "current", 5]);
    expect(await kinds({ boot: "b1", seq: 4 })).toEqual(["current", "followed", "alive", 5]);
  });

  test("begins with what is new, where nothing is known of it", async () => {
    const script = { follows: [[spool(1, 7), line(7), "alive 1.0 0", line(8)]], read: held(1, 7) };
    const { numbers, asked, news } = await play(script, undefined, ofKind("event", 1));
    expect([numbers, asked]).toEqual([[8], ["read 0-0", "read 7-7", "follow 7"]]);
    expect(news[0]).toMatchObject({ kind: "followed", position: { boot: "b1", seq: 7 } });
  });

  test("begins with what is new, also where what is there was written in a boot before", async () => {
    const script = {
      follows: [[spool(1, 7, "b2"), line(7, "b1"), "alive 1.0 0", line(8, "b2")]],
      read: (from: number, to: number) => [
        spool(1, 7, "b2"),
        ...(to >= 7 && from <= 7 ? [line(7, "b1")] : []),
      ],
    };
    const { numbers, missed } = await play(script, undefined, ofKind("event", 1));
    expect([numbers, missed]).toEqual([[8], []]);
  });

  test("tells each event once over broken connections, and what happened in between", async () => {
    const script = {
      follows: [
        [spool(1, 4), line(3), line(4), "alive 1.0 0", line(5)],
        [spool(1, 7), line(5), line(6), line(7), "alive 9.0 0", line(8)],
      ],
    };
    const { numbers, missed, asked, news } = await play(script, { boot: "b1", seq: 3 }, ofKind("event", 5));
    expect([numbers, missed, asked]).toEqual([[4, 5, 6, 7, 8], [], ["follow 3", "follow 5"]]);
    // A connection that comes back at once is no news.
    expect(news.some((one) => one.kind === "silent")).toBe(false);
  });

  test("reads again what a hole hides, before what comes after it", async () => {
    const script = {
      follows: [[spool(1, 3), line(3), "alive 1.0 0", line(4), line(7), "seq=8\tboot=cut", line(9)]],
      read: held(1, 9),
    };
    const { numbers, missed, asked } = await play(script, { boot: "b1", seq: 3 }, ofKind("event", 6));
    expect([numbers, missed]).toEqual([[4, 5, 6, 7, 8, 9], []]);
    expect(asked).toEqual(["follow 3", "read 5-6", "read 8-8"]);
  });

  test("misses an event at the end too, of which nothing came", async () => {
    const follows = [
      [spool(1, 3), line(3), "alive 1.0 3", line(4), "seq=5\tboot=tor", "alive 3.0 6", "alive 5.0 6"],
    ];
    const { numbers, missed, asked } = await play(
      { follows, read: held(1, 6) },
      { boot: "b1", seq: 3 },
      ofKind("event", 3),
    );
    expect([numbers, missed, asked]).toEqual([[4, 5, 6], [], ["follow 3", "read 5-6"]]);
  });

  test("says how many nobody can tell any more: numbers that no line has, and a spool that was rotated away", async () => {
    const gone = { follows: [[spool(900, 1900), line(900), "alive 1.0 0"]], read: held(900, 1900) };
    const { numbers, missed, news } = await play(gone, { boot: "b1", seq: 10 }, ofKind("event", 1));
    expect([numbers, missed]).toEqual([[900], [889]]);
    expect(news.find(({ kind }) => kind === "missed")).toMatchObject({ position: { boot: "b1", seq: 899 } });
  });

  test("a node that does not let us in is told as that, asked again, and followed once it does", async () => {
    const script = { follows: [[], [spool(1, 1), line(1), "alive 1.0 0", line(2)]], refuses: 1 };
    const { numbers, asked, news } = await play(script, { boot: "b1", seq: 1 }, ofKind("event", 1));
    expect(news[0]).toMatchObject({ kind: "silent", refused: true, reason: "dcn1: no login" });
    expect([numbers, asked]).toEqual([[2], ["follow 1", "follow 1"]]);
  });

  test("a node that stays silent is left, and asked again", async () => {
    const script = {
      follows: [
        [spool(1, 1), line(1), "alive 1.0 0"],
        [spool(1, 1), line(1), "alive 2.0 0"],
      ],
    };
    const hung: Script = { follows: [script.follows[0] ?? []] };
    const { asked } = await play(hung, { boot: "b1", seq: 1 }, (news) =>
      news.some((one, index) => one.kind === "silent" && index > 0),
    );
    expect(asked).toEqual(["follow 1"]);
  }, 20_000);
});

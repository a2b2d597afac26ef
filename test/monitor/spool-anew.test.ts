// A node's numbers come again: its spool began anew, or a power cut took its last lines.
import { describe, expect, test } from "vitest";
import { held, line, ofKind, play, spool } from "./played.js";

describe("a node's events", () => {
  test("takes a spool that began anew for another one: fewer events, or the same number in another life", async () => {
    const fewer = {
      follows: [[spool(1, 2, "b2"), "alive 1.0 0"]],
      read: () => [spool(1, 2), line(1, "b2"), line(2, "b2")],
    };
    const first = await play(fewer, { boot: "b1", seq: 50 }, ofKind("event", 2));
    expect([first.numbers, first.missed]).toEqual([[1, 2], [1]]);
    const grown = {
      follows: [[spool(1, 4, "b2"), line(3, "b2"), line(4, "b2"), "alive 1.0 0"]],
      read: () => [spool(1, 4), line(1, "b2"), line(2, "b2"), line(3, "b2")],
    };
    const second = await play(grown, { boot: "b1", seq: 3 }, ofKind("event", 4));
    expect([second.numbers, second.missed]).toEqual([[1, 2, 3, 4], [1]]);
  });

  test("after a power cut that took the last lines, only what the new boot wrote is new, and nothing is missed", async () => {
    const kept = [line(1), line(2), line(3)];
    // Nothing new yet; then what comes.
    const short = {
      follows: [[spool(1, 3, "b2"), "alive 1.0 0", line(4, "b2")]],
      read: () => [spool(1, 3, "b2"), ...kept],
    };
    const first = await play(short, { boot: "b1", seq: 5 }, ofKind("event", 1));
    expect([first.numbers, first.missed, first.asked]).toEqual([[4], [], ["follow 5", "read 1-3"]]);
    // Fewer lines than were seen, some of them new.
    const fewer = {
      follows: [[spool(1, 4, "b2"), "alive 1.0 0", line(5, "b2")]],
      read: () => [spool(1, 4, "b2"), ...kept, line(4, "b2")],
    };
    const second = await play(fewer, { boot: "b1", seq: 6 }, ofKind("event", 2));
    expect([second.numbers, second.missed]).toEqual([[4, 5], []]);
    // It has grown past what was seen.
    const grown = {
      follows: [[spool(1, 6, "b2"), line(5, "b2"), line(6, "b2"), "alive 1.0 0"]],
      read: () => [spool(1, 6, "b2"), ...kept, line(4, "b2"), line(5, "b2")],
    };
    const third = await play(grown, { boot: "b1", seq: 5 }, ofKind("event", 3));
    expect([third.numbers, third.missed]).toEqual([[4, 5, 6], []]);
  });

  test("the signs of life after that tell nothing of it again", async () => {
    const kept = [1, 2, 3, 4, 5, 6, 7].map((seq) => line(seq));
    const signs = ["alive 1.0 8", "alive 3.0 8", "alive 5.0 8"];
    const back = {
      follows: [[spool(1, 8, "b2"), ...signs, line(9, "b2")]],
      read: () => [spool(1, 8, "b2"), ...kept, line(8, "b2")],
    };
    const { numbers, missed, asked } = await play(back, { boot: "b1", seq: 10 }, ofKind("event", 2));
    expect([numbers, missed, asked]).toEqual([[8, 9], [], ["follow 10", "read 1-8"]]);
    // The counter may outlive the lines: those between were told.
    const counted = {
      follows: [[spool(1, 7, "b2"), "alive 1.0 0", line(11, "b2")]],
      read: (from: number) => [spool(1, 7, "b2"), ...(from === 1 ? kept : [])],
    };
    const after = await play(counted, { boot: "b1", seq: 10 }, ofKind("event", 1));
    expect([after.numbers, after.missed]).toEqual([[11], []]);
  });

  test("a line of the boot before that was torn on its way is read again", async () => {
    const torn = { follows: [[spool(1, 7, "b2"), "alive 1.0 0", "alive 3.0 0"]], read: held(1, 7) };
    expect((await play(torn, { boot: "b1", seq: 6 }, ofKind("event", 1))).numbers).toEqual([7]);
  });

  test("a spool that begins anew while it is followed, in the same boot, is told from its first event on", async () => {
    const follows = [
      [
        ...[spool(1, 50), line(50), "alive 1.0 50", "alive 3.0 50", line(1), line(2)],
        ...["alive 5.0 2", "alive 7.0 2", "alive 9.0 2", line(3)],
      ],
    ];
    const script = { follows, read: () => [spool(1, 2), line(1), line(2)] };
    const { numbers, missed } = await play(script, { boot: "b1", seq: 50 }, ofKind("event", 3));
    expect([numbers, missed]).toEqual([[1, 2, 3], [1]]);
  });

  test("an event that overtakes the sign of life, or that was lost at the end, makes no other spool", async () => {
    const follows = [
      [spool(1, 3), line(3), "alive 1.0 3", line(4), line(5), "alive 3.0 4", "alive 5.0 6", "alive 7.0 6"],
      [spool(1, 5), line(5), "alive 9.0 6", line(7)],
    ];
    const script = { follows, read: held(1, 5) };
    const { numbers, missed } = await play(script, { boot: "b1", seq: 3 }, ofKind("event", 3));
    expect([numbers, missed]).toEqual([[4, 5, 7], [1]]);
  });
});

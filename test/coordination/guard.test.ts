import { expect, test } from "vitest";
import { armGuard, decodeGuard, endGuard } from "../../src/coordination/index.js";

const token = "3f0c91d2-5b1e";

test("a guard is armed only where none is, and ended only by its own token", () => {
  expect(armGuard(token, "2026-11-20T12:00:00.000Z")).toEqual({
    expected: "idle",
    value: `armed ${token} until=2026-11-20T12:00:00.000Z`,
  });
  expect(endGuard(token, "confirmed")).toEqual({ expected: `token ${token}`, value: `confirmed ${token}` });
});

test("its value reads back; what nobody can read arms nothing", () => {
  expect(decodeGuard(armGuard(token, "T").value)).toEqual({ state: "armed", token, until: "T" });
  expect(decodeGuard(endGuard(token, "withdrawn").value)).toEqual({ state: "withdrawn", token });
  expect(decodeGuard(`reverted ${token}`)).toEqual({ state: "reverted", token });
  for (const value of [undefined, "", "none", "something else"])
    expect(decodeGuard(value)).toEqual({ state: "none" });
});

import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { requireRoot } from "../../src/lab/index.js";

it.each([
  ["darwin", 0, "LAB_NEEDS_LINUX"],
  ["linux", 1000, "LAB_NEEDS_ROOT"],
])(
  "a machine (%s, user %i) that cannot carry the lab is shown the way to the Vagrant lab",
  (platform, userId, code) => {
    const page = "vagrant/README.md";
    expect(() => requireRoot({ platform, userId })).toThrow(
      expect.objectContaining({ kind: "refused", code, hint: expect.stringContaining(page) as string }),
    );
    expect(existsSync(new URL(`../../${page}`, import.meta.url))).toBe(true);
  },
);

it("root on Linux may", () => {
  expect(() => requireRoot({ platform: "linux", userId: 0 })).not.toThrow();
});

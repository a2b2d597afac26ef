import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stateFiles } from "../../src/image/rpm-files.js";

test("no image has systemd start a user manager for the login of a controller, whose number is the same everywhere", () => {
  const files = stateFiles();
  const login = files.find(({ path }) => path === "/usr/lib/sysusers.d/10-dcn-ha.conf");
  expect(login).toMatchObject({ content: expect.stringMatching(/^u dcn-ha 900 /m) as string });
  const mask = { path: "/usr/lib/systemd/system/user@900.service", link: "/dev/null" };
  expect(files).toContainEqual(mask);
  const debian = readFileSync(join(import.meta.dirname, "../../resources/image/prepare-tree"), "utf8");
  expect(debian).toContain("useradd --uid 900 ");
  expect(debian).toContain(`ln -s ${mask.link} "$root${mask.path}"`);
});

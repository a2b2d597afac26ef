// What holds for the renderings of all build systems: nothing of a device and no secret in them, scripts and units that their own checkers accept.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGE_TARGETS } from "../../src/image/index.js";
import { parseDocuments, resolveImageSet } from "../../src/profile/index.js";
import { LIBRARY_FOLDER, loadSources, writeTree } from "../../src/sources/index.js";
import { imageLayers, renderLayers } from "../../src/workflows/index.js";
import { need } from "../golden/tools.js";
import { checkGolden } from "./plant.js";

const CANARY = "canary-7f3a19";
let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dcn-ha-images-"));
  cpSync(join(LIBRARY_FOLDER, "images"), join(folder, "images"), { recursive: true });
  // Where apply would find them: whoever reads more than it should meets the canary.
  for (const name of ["hmi-01", "det-01", "gw-01", "hmi-02", "det-02", "gw-02"]) {
    const secret = join(folder, "images/groups/secrets/bmc", name);
    mkdirSync(dirname(secret), { recursive: true });
    writeFileSync(secret, CANARY, { mode: 0o600 });
  }
  const { documents } = parseDocuments((await loadSources([join(folder, "images")])).sources);
  const { set } = resolveImageSet(documents, "plant");
  if (set === undefined) throw new Error("no set");
  for (const to of IMAGE_TARGETS) {
    const layers = await imageLayers(set, to);
    if ("findings" in layers) throw new Error("a file is missing");
    await writeTree(join(folder, to), renderLayers(set, layers, { to, choice: {} }).files);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }), 60_000);

/** Paths below the rendering of a build system. */
const paths = (to: string): string[] =>
  readdirSync(join(folder, to), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + to.length + 1));

const texts = (to: string): [string, string][] =>
  readdirSync(join(folder, to), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length), readFileSync(path, "utf8")];
    });

describe.each(IMAGE_TARGETS)("%s", (to) => {
  test("has no secret in it", () => {
    expect(texts(to).length).toBeGreaterThan(100);
    expect(texts(to).filter(([, text]) => text.includes(CANARY))).toEqual([]);
    expect(texts(to).filter(([, text]) => /PRIVATE KEY|\$6\$/.test(text))).toEqual([]);
  });

  test("has nothing in it that only one device has", () => {
    const own =
      /\/etc\/(machine-id|hostname|hosts|shadow|ssh\/ssh_host|corosync\/|pacemaker\/|dcn-ha\/)|\/(var|run|boot)\//;
    expect(paths(to).filter((path) => own.test(path.slice(path.indexOf("/root/") + 1)))).toEqual([]);
  });

  test("shows the node files with their modes", () => {
    const helpers = paths(to).filter((path) => path.endsWith("/usr/lib/dcn-ha/helper"));
    expect(helpers.length).toBeGreaterThan(0);
  });
});

test("the canary is found where it is", () => {
  expect(texts("images").filter(([, text]) => text.includes(CANARY))).toHaveLength(6);
});

describe("Debian", () => {
  test("is as it was, for one layer with packages and one without (UPDATE_GOLDEN=1 writes anew)", () => {
    const layer = (address: string): string =>
      readFileSync(join(folder, "debian/layers", address, "layer.json"), "utf8");
    const stable = (text: string): string => text.replace(/"tag": "[0-9a-f]{16}"/, '"tag": "…"');
    checkGolden("debian-packages.json", stable(layer("packages")));
    checkGolden("debian-leaf.json", stable(layer("role/hmi/site/site-1")));
  });

  test("has the image's /etc where ostree looks for it", () => {
    const trees = paths("debian").filter((path) => path.includes("/tree/"));
    expect(trees.filter((path) => path.includes("/tree/etc/"))).toEqual([]);
    expect(trees).toContain("/layers/configuration/tree/usr/etc/sudoers.d/dcn-ha");
  });
});

/** The units of a rendering, as systemd-analyze judges them; that programs of the image are not on this machine is no fault. */
function verify(units: readonly string[]): string {
  const run = spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", ...units], {
    encoding: "utf8",
  });
  return run.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.includes("is not executable: No such file or directory"))
    .join("\n");
}

test("systemd has nothing against the units of an image", (context) => {
  need(context, "systemd-analyze");
  const system = join(folder, "folder/hmi/site-1/root/usr/lib/systemd/system");
  const units = readdirSync(system).filter((name) => /\.(service|socket)$/.test(name));
  expect(units).toEqual(expect.arrayContaining(["dcn-ha-greenboot.service", "dcn-ha-ptp4l.service"]));
  expect(verify(units.map((name) => join(system, name)))).toBe("");
  const bad = join(folder, "dcn-ha-bad.service");
  writeFileSync(bad, "[Service]\nExecStart=/bin/true\nRestrat=always\n");
  expect(verify([bad])).toContain("Restrat");
}, 60_000);

test("shellcheck has nothing against the health checks of an image", (context) => {
  need(context, "shellcheck");
  const checks = paths("folder").filter(
    (path) => path.startsWith("/hmi/site-1/") && path.includes("/greenboot/check/"),
  );
  expect(checks.map((path) => basename(path))).toHaveLength(8);
  const run = spawnSync(
    "shellcheck",
    checks.map((path) => join(folder, "folder", path)),
    { encoding: "utf8" },
  );
  expect([run.status, run.stdout]).toEqual([0, ""]);
});

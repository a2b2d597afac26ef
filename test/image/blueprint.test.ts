import { spawnSync } from "node:child_process";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { type ImageFile, renderImages } from "../../src/image/index.js";
import { writeToml } from "../../src/image/toml.js";
import { need } from "../golden/tools.js";
import { checkGolden, graphOf, plant } from "./plant.js";

async function rendered(): Promise<ReadonlyMap<string, ImageFile>> {
  const set = await plant();
  const { files } = renderImages("blueprint", await graphOf(set, { family: "rpm" }), { set: set.value });
  return new Map(files.map((file) => [file.path, file]));
}
const example = rendered();

async function textOf(path: string): Promise<string> {
  const file = (await example).get(path);
  if (file === undefined || "link" in file) throw new Error(`no file ${path}`);
  return file.content.toString();
}

interface Blueprint {
  readonly name: string;
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly customizations: {
    readonly kernel?: { readonly append: string };
    readonly services: { readonly enabled: readonly string[]; readonly masked: readonly string[] };
    readonly files: readonly { readonly path: string; readonly mode: string; readonly data: string }[];
  };
}

test("what we write as TOML is read back as it was", () => {
  const document = {
    text: 'a "b" \\ \n\t\u0001 é 😀\u007f',
    "key with space": 1,
    list: ["a", 2, true, []],
    empty: {},
    table: { inner: { x: "y" }, tables: [{ a: 1, deeper: [{ b: 2 }] }, { a: 2 }] },
  };
  expect(parse(writeToml(document))).toEqual({ ...document });
});

describe("blueprints of the example", () => {
  test("are as they were (UPDATE_GOLDEN=1 writes anew)", async () => {
    checkGolden("blueprint.toml", await textOf("/deterministic/site-2/blueprint.toml"));
    checkGolden("kickstart.ks", await textOf("/deterministic/site-2/kickstart.ks"));
    checkGolden("compose.sh", await textOf("/deterministic/site-2/compose.sh"));
  });

  test("parse, each one", async () => {
    const files = [...(await example).keys()].filter((path) => path.endsWith(".toml"));
    expect(files.filter((path) => !path.includes("/root/"))).toHaveLength(6 * 4);
    for (const path of files) expect(Object.keys(parse(await textOf(path))), path).not.toEqual([]);
  });

  test("hold packages, units, kernel arguments, and below /etc alone files", async () => {
    const one = parse(await textOf("/deterministic/site-2/blueprint.toml")) as unknown as Blueprint;
    const { kernel, services, files } = one.customizations;
    expect(one.packages).toContainEqual({ name: "pacemaker", version: "*" });
    expect(one.packages).toContainEqual({
      name: "dcn-ha-image-plant-deterministic-site-2",
      version: "1.0.0",
    });
    expect(kernel).toEqual({ append: "isolcpus=2-3 nohz_full=2-3" });
    expect(services.enabled).toEqual(["chronyd.service"]);
    expect(services.masked).toContain("rpm-ostreed-automatic.timer");
    expect(files.every(({ path }) => path.startsWith("/etc/"))).toBe(true);
    expect(files.find(({ path }) => path === "/etc/sudoers.d/dcn-ha")?.mode).toBe("0440");
  });

  test("bring below /usr the same as Containerfiles do, as a package", async () => {
    const paths = [...(await example).keys()].filter((path) =>
      path.startsWith("/deterministic/site-2/root/"),
    );
    const spec = await textOf("/deterministic/site-2/dcn-ha-image-plant-deterministic-site-2.spec");
    expect(paths.every((path) => path.startsWith("/deterministic/site-2/root/usr/"))).toBe(true);
    for (const path of paths) expect(spec).toContain(`${path.slice("/deterministic/site-2/root".length)}\n`);
    expect(spec).toContain("%attr(0755, root, root) /usr/lib/dcn-ha/helper\n");
  });

  test("are composed by a script that shellcheck finds nothing in", async (context) => {
    need(context, "shellcheck");
    const scripts = [await textOf("/hmi/site-1/compose.sh")];
    const post = (await textOf("/hmi/site-1/kickstart.ks")).match(/%post.*\n([\s\S]*?)%end/)?.[1] ?? "";
    for (const script of [...scripts, `#!/bin/sh\n${post}`]) {
      const run = spawnSync("shellcheck", ["-"], { input: script, encoding: "utf8" });
      expect([run.status, run.stdout]).toEqual([0, ""]);
    }
    expect(scripts[0]).toContain("--url http://images.site/repo --parent dcn/hmi/site-1");
  });
});

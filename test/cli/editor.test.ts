import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LanguageServer } from "./language-server.js";

const folder = mkdtempSync(join(tmpdir(), "dcn-ha-editor-"));
let server: LanguageServer;
beforeAll(async () => {
  server = await LanguageServer.start(folder);
}, 60_000);
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});

const kinds = {
  groups: "NodeGroup",
  workloads: "WorkloadProfile",
  constraints: "ConstraintProfile",
  policies: "ClusterPolicy",
} as const;
const pair = readFileSync("profiles/groups/gateway-pair.yaml", "utf8");

describe("an editor with the YAML language server and our schemas", () => {
  test("has nothing to say about the library, nor about a group that uses all of a CIB", async () => {
    const files = Object.entries(kinds).flatMap(([place, kind]) =>
      readdirSync(`profiles/${place}`).map((file) => ({ path: `profiles/${place}/${file}`, kind })),
    );
    const all = [...files, { path: "test/golden/everything/group.yaml", kind: "NodeGroup" }];
    const said = all.map(async ({ path, kind }) => {
      const name = `${path.replaceAll("/", "-")}.${kind}.yaml`;
      return { path, remarks: await server.open(name, readFileSync(path, "utf8")) };
    });
    expect((await Promise.all(said)).filter(({ remarks }) => remarks.length > 0)).toEqual([]);
    expect(files.length).toBeGreaterThan(25);
  });

  test("has nothing to say about what the docs show, bases, heirs and sites among it", async () => {
    const page = readFileSync("docs/profiles.md", "utf8");
    const blocks = [...page.matchAll(/```yaml\n(kind: [\s\S]*?)```/g)].flatMap(([, block = ""]) =>
      block.split("---\n"),
    );
    const more =
      "kind: NodeGroup\nname: s\nbase: pair\nwith: { number: 3 }\nnodes: [{ name: gw2, remove: true }]\n";
    const ports = 'kind: NodeGroup\nname: p\nabstract: true\nssh: { port: "{port}" }\n';
    const said = [...blocks, more, ports].map((block, index) => {
      const kind = /^kind: (\w+)/m.exec(block)?.[1] ?? "";
      return server.open(`docs-${index}.${kind}.yaml`, block);
    });
    expect((await Promise.all(said)).flat()).toEqual([]);
    expect(blocks.length).toBeGreaterThan(3);
  });

  test("underlines what a group that inherits nothing leaves out", async () => {
    const short = pair.replace(/^( *)addresses: .*$/m, "$1attributes: {}");
    expect(short).not.toBe(pair);
    const said = await server.open("short.NodeGroup.yaml", short);
    expect(said.map(({ message }) => message)).toEqual(['Missing property "addresses".']);
  });

  test.each([
    ["policy:", "polciy:", 4, "Property polciy is not allowed."],
    ["[site, process]", "site", 5, 'Incorrect type. Expected "array".'],
    ["together", "togehter", 22, "Property togehter is not allowed."],
  ] as const)("underlines %s written as %s, in line %i", async (from, to, line, message) => {
    expect(pair).toContain(from);
    const said = await server.open(`wrong-${line}.NodeGroup.yaml`, pair.replace(from, to));
    expect(said).toContainEqual({ line, message });
  });

  test("offers what may stand there, and says what a word means", async () => {
    const text = `${pair.replace("constraints:", "\nconstraints:")}  - \ncib:\n  \n`;
    await server.open("typing.NodeGroup.yaml", text);
    const lines = text.split("\n");
    const empty = lines.indexOf("");
    const constraint = lines.indexOf("  - ");
    expect(await server.offers("typing.NodeGroup.yaml", empty + 1, 1)).toEqual(
      expect.arrayContaining(["summary", "quorumDevice", "corosync"]),
    );
    expect(await server.offers("typing.NodeGroup.yaml", constraint + 1, 5)).toEqual(
      expect.arrayContaining(["together", "apart", "needs-network", "survive"]),
    );
    expect(await server.offers("typing.NodeGroup.yaml", lines.indexOf("  ") + 1, 3)).toEqual(
      expect.arrayContaining(["resources"]),
    );
    const policy = lines.findIndex((line) => line.startsWith("policy:"));
    expect(await server.hover("typing.NodeGroup.yaml", policy + 1, 2)).toContain("A ClusterPolicy by name");
  });
});

// The rules of the house trip on planted violations: a rule that never failed is not a rule.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

type Files = Readonly<Record<string, string>>;

/** Every broken rule with the file that breaks it, `rule from`, in a house made of these files. */
function broken(files: Files): string[] {
  const house = mkdtempSync(join(tmpdir(), "dcn-ha-house-"));
  folders.push(house);
  for (const name of ["node_modules", "tsconfig.json", "package.json"])
    symlinkSync(join(root, name), join(house, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  const argv = ["--config", join(root, ".dependency-cruiser.mjs"), "--output-type", "json", "src"];
  const run = spawnSync(join(root, "node_modules/.bin/depcruise"), argv, { cwd: house, encoding: "utf8" });
  const { summary } = JSON.parse(run.stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
}

const noun = 'export const noun = "node";\n';
const uses = (path: string) => `import { noun } from "${path}";\nexport const used = noun;\n`;

/** A file that breaks a rule, by rule; each in a room of its own, so that one look at the whole house finds them all. */
const violations: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "pure-rooms": ["src/plan/index.ts", 'export { readFileSync } from "node:fs";\n'],
  "down-from-lint": ["src/lint/index.ts", uses("../profile/index.js")],
  "down-from-cluster": ["src/cluster/index.ts", uses("../cib/index.js")],
  "enter-by-index": ["src/corosync/index.ts", uses("../cluster/inner.js")],
  "ssh2-only-in-transport": ["src/apply/index.ts", 'export { Client } from "ssh2";\n'],
  "execa-only-in-transport": ["src/observe/index.ts", 'export { execa } from "execa";\n'],
  "saxes-only-in-xml": ["src/pcs/index.ts", 'export { SaxesParser } from "saxes";\n'],
  "opentelemetry-only-in-monitor": ["src/monitor/index.ts", 'export { trace } from "@opentelemetry/api";\n'],
  "opentelemetry-loaded-late": ["src/monitor/otlp.ts", uses("./opentelemetry.js")],
  "child-process-only-in-transport-and-lab": [
    "src/build/index.ts",
    'export { spawn } from "node:child_process";\n',
  ],
  "lab-only-from-cli": ["src/workflows/index.ts", uses("../lab/index.js")],
  "known-room": ["src/cli/index.ts", uses("../utils/index.js")],
  "no-dev-deps": ["src/sources/index.ts", 'export { assert } from "fast-check";\n'],
  "no-orphans": ["src/drill/index.ts", noun],
  "no-circular": ["src/image/b.ts", 'import { a } from "./index.js";\nexport const b = () => a;\n'],
};

const others: Files = {
  "src/cib/index.ts": noun,
  "src/cluster/inner.ts": noun,
  "src/lab/index.ts": noun,
  "src/monitor/opentelemetry.ts": noun,
  "src/profile/index.ts": noun,
  "src/utils/index.ts": noun,
  "src/image/index.ts": 'import { b } from "./b.js";\nexport const a = () => b;\n',
};

describe("the house", () => {
  it("accepts a downward arrow through an index", () => {
    expect(broken({ "src/cib/index.ts": uses("../cluster/index.js"), "src/cluster/index.ts": noun })).toEqual(
      [],
    );
  });

  describe("trips over", () => {
    let found: readonly string[] = [];
    beforeAll(() => {
      found = broken({ ...others, ...Object.fromEntries(Object.values(violations)) });
    });

    it.each(Object.keys(violations))("%s", (rule) => {
      expect(found).toContain(`${rule} ${violations[rule]?.[0] ?? ""}`);
    });
  });
});

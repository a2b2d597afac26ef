// The pictures on the page about rollouts are the ones that the machines' tables make. UPDATE_GOLDEN=1 writes them there.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { groupDiagram, nodeDiagram, OUTCOMES } from "../../src/rollout/index.js";

const PAGE = "docs/rollouts.md";
const page = (): string => readFileSync(PAGE, "utf8");
const block = (name: string): RegExp => new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end of ${name} -->)`);

test.each([
  ["a node's turn", nodeDiagram()],
  ["a group's rollout", groupDiagram()],
])("%s", (name, text) => {
  const generated = `\`\`\`mermaid\n${text}\n\`\`\`\n`;
  expect(page()).toMatch(block(name));
  if (process.env.UPDATE_GOLDEN !== undefined)
    writeFileSync(PAGE, page().replace(block(name), `$1${generated}$2`));
  expect(block(name).exec(page())?.[0]).toBe(`<!-- ${name} -->\n${generated}<!-- end of ${name} -->`);
});

test("every outcome is on it", () => {
  expect(OUTCOMES.filter((outcome) => !page().includes(`\`${outcome}\``))).toEqual([]);
});

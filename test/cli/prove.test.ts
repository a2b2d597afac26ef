import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { need } from "../golden/tools.js";
import { nodesText, servicesText } from "../survival/proving.js";
import { dcnHa, errorOf } from "./dcn-ha.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dcn-ha-prove-test-"));
  writeFileSync(join(folder, "good.yaml"), nodesText(3) + servicesText(["a", "b"]));
  const tight =
    nodesText(2, "capacity: { memory: 4GiB }, ") + servicesText(["a", "b"], ", capacity: { memory: 3GiB }");
  writeFileSync(join(folder, "gap.yaml"), tight);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const group = (name: string): string => join(folder, name);

describe("dcn-ha prove", () => {
  it("ends with 0 where everything promised is survived, and says by whose scheduler", (context) => {
    need(context, "crm_simulate");
    const run = dcnHa(["prove", group("good.yaml")]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(
      /^planted: 3 nodes, 2 workloads, 8 failures: everything promised is survived\n/,
    );
    expect(run.stdout).toMatch(/\nby the scheduler of Pacemaker \d\S+ on this machine\n$/);
  });

  it("ends with 1 with a gap; JSON and page say the same", (context) => {
    need(context, "crm_simulate");
    const page = join(folder, "page.html");
    const run = dcnHa(["prove", group("gap.yaml"), "--json", "--html", page]);
    expect(run.exitCode).toBe(1);
    const { gaps } = JSON.parse(run.stdout) as { gaps: { failure: string; workload: string }[] };
    expect(gaps.map(({ failure, workload }) => `${failure} ${workload}`).sort()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^n1 [ab]$/),
        expect.stringMatching(/^n2 [ab]$/),
      ]) as string[],
    );
    expect(readFileSync(page, "utf8")).toContain("NOT survived: 2 promised failures");
    expect(errorOf(dcnHa(["prove", group("gap.yaml"), "--json", "--html", folder])).code).toBe(
      "PROOF_NOT_WRITTEN",
    );
  });

  it("takes a small number of failures", () => {
    expect(dcnHa(["prove", group("good.yaml"), "--failures", "0"]).exitCode).toBe(64);
  });
});

describe("dcn-ha apply --require-proof", () => {
  it("refuses a gap before it opens a connection, and says what would mend it", (context) => {
    need(context, "crm_simulate");
    const run = dcnHa(["apply", group("gap.yaml"), "--require-proof"]);
    expect(run.exitCode).toBe(77);
    expect(run.stderr).toContain("[PROOF_HAS_GAP]");
    expect(run.stderr).toMatch(/[ab] is lost with n1: it needs 3072 memory, and n2 has the most left: 1024/);
    expect(run.stderr).toContain("would mend it: 2048 more memory on n2");
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dcnHa, errorOf } from "./dcn-ha.js";

const groups = fileURLToPath(new URL("../../profiles/groups/", import.meta.url));
const pair = join(groups, "gateway-pair.yaml");
const folder = mkdtempSync(join(tmpdir(), "dcn-ha-profiles-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The shipped pair with one piece of its text replaced. */
function wrongPair(name: string, from: string, to: string): string {
  const text = readFileSync(pair, "utf8");
  if (!text.includes(from)) throw new Error(`the pair has no ${from}`);
  const path = join(folder, name);
  writeFileSync(path, text.replace(from, to));
  return path;
}

describe("validate", () => {
  it("says that the shipped groups are good", () => {
    const run = dcnHa(["validate", groups]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/^\d+ documents, all good\n$/);
  });

  it("ends with 65 and puts every finding where an editor finds it", () => {
    const path = wrongPair("typo.yaml", "policy: edge-two-node\n", "polciy: edge-two-node\n");
    const run = dcnHa(["validate", path]);
    expect(run.exitCode).toBe(65);
    expect(run.stderr).toContain(`${path}:4:1: error UNKNOWN_KEY`);
    expect(run.stderr).toContain("policy");
    expect(run.stdout).toMatch(/^\d+ errors\n$/);
  });

  it("does not call a file without a document good", () => {
    const path = join(folder, "nothing.yaml");
    writeFileSync(path, "# kind: NodeGroup\n");
    const run = dcnHa(["validate", path]);
    expect(run.exitCode).toBe(65);
    expect(run.stderr).toContain(`${path}:1:1: error NO_DOCUMENT`);
    rmSync(path);
  });

  it("gives the same findings to programs", () => {
    const path = wrongPair("policy.yaml", "policy: edge-two-node", "policy: edge-tow-node");
    const run = dcnHa(["validate", path, "--json"]);
    expect(run).toMatchObject({ exitCode: 65, stderr: "" });
    expect(JSON.parse(run.stdout)).toMatchObject({
      valid: false,
      documents: [{ kind: "NodeGroup", name: "gateway-pair", file: path }],
      findings: [{ severity: "error", code: "UNKNOWN_POLICY", position: { file: path, line: 4 } }],
    });
  });

  it("sees a board that stands in two of its groups", () => {
    const copy = readFileSync(pair, "utf8").replace("name: gateway-pair", "name: gateway-pair-2");
    const own = copy.replace(/(10\.(?:20|30|77))\.1\./g, "$1.2.");
    const path = join(folder, "two.yaml");
    writeFileSync(path, `${readFileSync(pair, "utf8")}---\n${own}`);
    const run = dcnHa(["validate", path]);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain("warning IN_TWO_GROUPS: node gw1 of gateway-pair-2: the board 10.40.1.11");
  });

  it("says which file is not there", () => {
    const run = dcnHa(["validate", join(folder, "absent.yaml")]);
    expect(run.exitCode).toBe(65);
    expect(run.stderr).toContain("absent.yaml: there is no such file or folder");
  });
});

describe("render", () => {
  it.each([
    ["--validate-with", "foo", "--validate-with takes the name of a schema, as pacemaker-3.9, not foo"],
    ["--feature-set", "abc", "--feature-set takes a version, as 3.16.1, not abc"],
  ])("refuses %s %s", (option, value, message) => {
    const run = dcnHa(["render", pair, "--to", "cib", option, value, "--json"]);
    expect(run.exitCode).toBe(64);
    expect(errorOf(run)).toMatchObject({ code: "WRONG_OPTION", message });
  });

  it("prints a CIB for the schema asked for", () => {
    const run = dcnHa([
      "render",
      pair,
      "--to",
      "cib",
      "--validate-with",
      "pacemaker-3.7",
      "--feature-set",
      "3.13.0",
    ]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/^<cib [^>]*crm_feature_set="3.13.0" validate-with="pacemaker-3.7"/);
  });

  it("writes a file where it is told to", () => {
    const out = join(folder, "new/folder");
    const run = dcnHa(["render", pair, "--to", "corosync", "--out", out]);
    expect(run).toMatchObject({ exitCode: 0, stdout: `${out}/corosync.conf\n` });
    const { stdout } = dcnHa(["render", pair, "--to", "corosync"]);
    expect(readFileSync(`${out}/corosync.conf`, "utf8")).toBe(stdout);
  });

  it("prints the model with the place that each thing comes from, in both forms", () => {
    const text = dcnHa(["render", pair, "--to", "model"]).stdout;
    expect(text).toMatch(/name: ip, value: 10\.20\.1\.50 \} # \S*gateway-pair\.yaml:\d+ with\.address/);
    expect(text).toMatch(
      /name: stonith-enabled, value: "true" \} # \S*edge-two-node\.yaml:\d+ policy edge-two-node: \w/,
    );
    const json = JSON.parse(dcnHa(["render", pair, "--to", "model", "--json"]).stdout) as unknown;
    expect(json).toMatchObject({
      name: "gateway-pair",
      origins: {
        "gateway-address-instance_attributes-ip": expect.stringContaining("with.address") as unknown,
      },
    });
    expect(parse(text)).toMatchObject({ model: { name: "gateway-pair" } });
  });

  it("finds a group by its name in a tree, by its folder, and by its file beside others", () => {
    const text = dcnHa(["render", pair, "--to", "cib"]).stdout;
    expect(dcnHa(["render", "gateway-pair", "--to", "cib", "--profiles", groups]).stdout).toBe(text);
    expect(dcnHa(["render", pair, "--to", "cib", "--profiles", groups]).stdout).toBe(text);
    const several = dcnHa(["render", groups, "--to", "cib", "--json"]);
    expect(several.exitCode).toBe(65);
    expect(several.stdout).toContain("GROUP_NOT_CHOSEN");
  });

  it("does not mind other files beside the group", () => {
    const beside = join(folder, "beside");
    mkdirSync(beside);
    writeFileSync(join(beside, "lab.json"), '{"version":1}');
    writeFileSync(join(beside, "group.yaml"), readFileSync(pair));
    const text = dcnHa(["render", pair, "--to", "corosync"]).stdout;
    expect(dcnHa(["render", beside, "--to", "corosync"])).toMatchObject({ stdout: text, stderr: "" });
    expect(dcnHa(["render", join(beside, "lab.json"), "--to", "corosync"]).stderr).toContain(
      "kind is missing",
    );
  });

  it("takes a policy that the group names by its path", () => {
    const library = readFileSync(
      new URL("../../profiles/policies/edge-two-node.yaml", import.meta.url),
      "utf8",
    );
    writeFileSync(join(folder, "own-policy.yaml"), library.replace("name: edge-two-node", "name: own"));
    const path = wrongPair("by-path.yaml", "policy: edge-two-node", "policy: ./own-policy.yaml");
    expect(dcnHa(["render", path, "--to", "corosync"])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("ends with 65 for a wrong profile, with the findings in the error document", () => {
    const path = wrongPair("network.yaml", "process: 10.30.1.11", "proces: 10.30.1.11");
    const run = dcnHa(["render", path, "--to", "cib", "--json"]);
    expect(run.exitCode).toBe(65);
    expect(errorOf(run)).toMatchObject({ code: "INVALID_INPUT", message: "2 errors in the input" });
    const people = dcnHa(["render", path, "--to", "cib"]);
    expect(people).toMatchObject({ exitCode: 65, stdout: "" });
    expect(people.stderr).toContain("UNKNOWN_NETWORK");
  });

  it("does not say of a broken group that there is none", () => {
    const path = wrongPair("broken.yaml", "networks: [site, process]", "networks: site");
    const run = dcnHa(["render", path, "--to", "cib"]);
    expect(run).toMatchObject({ exitCode: 65, stdout: "" });
    expect(run.stderr).toContain("1 error in the input");
    expect(run.stderr).not.toContain("NO_GROUP");
  });

  it("wants to know what to render", () => {
    expect(dcnHa(["render", pair])).toMatchObject({ exitCode: 64 });
    expect(dcnHa(["render", pair, "--to", "pdf"])).toMatchObject({ exitCode: 64 });
  });
});

describe("schema", () => {
  it("prints a JSON Schema that knows the keys of the kind", () => {
    const run = dcnHa(["schema", "NodeGroup"]);
    expect(run.exitCode).toBe(0);
    const schema = JSON.parse(run.stdout) as { properties: Record<string, unknown> };
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(["nodes", "workloads", "constraints"]),
    );
  });

  it("names the kind that was meant", () => {
    const run = dcnHa(["schema", "NodeGrup"]);
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toContain("did you mean NodeGroup?");
  });
});

describe("explain", () => {
  it("shows what a profile takes, and a line that is right", () => {
    const { stdout, exitCode } = dcnHa(["explain", "container"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^container, a WorkloadProfile: A container under podman/);
    expect(stdout).toMatch(/^ {2}image +image, required +Image pinned by digest/m);
    expect(stdout).toMatch(/^ {2}pull +boolean, default true +Fetch the image/m);
    const line = /^ {2}for example (- \{.*\})$/m.exec(stdout)?.[1] ?? "";
    const path = wrongPair("example.yaml", "workloads:\n", `workloads:\n  ${line}\n`);
    expect(dcnHa(["validate", path])).toMatchObject({ exitCode: 0 });
  });

  it("tells of constraints too, and takes a profile of one's own", () => {
    expect(dcnHa(["explain", "home-nodes"]).stdout).toMatch(
      /cabinet +text, required[\s\S]*- \{ profile: home-nodes, with: \{ workload: WORKLOAD, cabinet: a \} \}/,
    );
    writeFileSync(
      join(folder, "own.yaml"),
      "kind: WorkloadProfile\nname: own\nbase: systemd-service\nsummary: Ours\n",
    );
    const { profiles } = JSON.parse(
      dcnHa(["explain", "own", "--profiles", join(folder, "own.yaml"), "--json"]).stdout,
    ) as { profiles: object[] };
    expect(profiles).toMatchObject([
      { kind: "WorkloadProfile", name: "own", document: { parameters: { unit: { type: "unit" } } } },
    ]);
  });

  it("answers beside files of others that are broken", () => {
    const others = join(folder, "others");
    mkdirSync(others);
    writeFileSync(join(others, "broken.yaml"), "kind: NodeGroup\n  name: [\n");
    const run = dcnHa(["explain", "container", "--profiles", others]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/^container, a WorkloadProfile/);
    // What is found nowhere may be what the broken file was to be.
    expect(dcnHa(["explain", "site-7", "--profiles", others]).stderr).toContain("broken.yaml");
  });

  it("names what was meant", () => {
    const run = dcnHa(["explain", "contaner"]);
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toContain("did you mean container?");
  });
});

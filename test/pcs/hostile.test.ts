import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { ClusterModel, WatchdogFencing } from "../../src/cluster/index.js";
import { type PcsCommand, pcsArgv, pcsCommands, pcsScript } from "../../src/pcs/index.js";
import { element, isXmlText } from "../../src/xml/index.js";
import { hostileValues, inPieces, SEED, VALUE_COUNT } from "../shell/hostile-values.js";
import { modelWith, primitive } from "./models.js";
import { createStubFolder, type StubCall } from "./stub.js";

const folder = createStubFolder();
afterAll(() => folder.remove());
const shells = ["/bin/sh", "/bin/bash", "/bin/dash"].filter((path) => existsSync(path));

/** What the script has to call between the empty CIB and its end: the CIB's file before corosync.conf. */
function intended(commands: readonly PcsCommand[]): StubCall[] {
  const forms = (command: PcsCommand): boolean => command.tool === "pcs" && command.on === "corosync.conf";
  const ordered = [...commands.filter((one) => !forms(one)), ...commands.filter(forms)];
  return ordered.flatMap((command): StubCall[] => {
    if (command.tool === "pcs") {
      const file = command.on === "cib" ? "cib.xml" : "corosync.conf";
      return [{ tool: "pcs", argv: pcsArgv(command, file).slice(1) }];
    }
    if (command.tool === "corosync.conf") return [];
    const argv = ["--modify", "--allow-create", "--scope", "configuration", "--xml-pipe"];
    return [{ tool: "cibadmin", argv, input: `${command.xml}\n` }];
  });
}

function called(shell: string, commands: readonly PcsCommand[]): { calls: StubCall[]; files: string[] } {
  writeFileSync(join(folder.path, "corosync.conf"), "");
  const { calls, files } = folder.run(shell, pcsScript(modelWith([]), commands), [
    "corosync.conf",
    "cib.xml",
  ]);
  return { calls: calls.filter(({ argv }) => argv[0] !== "--empty"), files };
}

const values = hostileValues(VALUE_COUNT);

describe.each(shells)(`%s passes ${VALUE_COUNT} hostile values to the tools as they are`, (shell) => {
  test("as words of pcs, as XML, and in comments", () => {
    const commands = inPieces(values, 50).map((words, index): PcsCommand => {
      const comment = words.join(" ");
      if (index % 4 === 3) return { tool: "cibadmin", comment, xml: words.join("\n") };
      return { tool: "pcs", comment, on: "cib", options: ["--force"], words };
    });
    const { calls, files } = called(shell, commands);
    expect(calls, `seed ${SEED}`).toEqual(intended(commands));
    expect(files).toEqual(["cib.xml", "corosync.conf"]);
  });

  test("as values of a cluster", () => {
    const fit = values.filter((value) => isXmlText(value));
    expect(fit.length).toBeGreaterThan(VALUE_COUNT / 2);
    const resources = inPieces(fit, 50).map((piece, index) =>
      primitive(`r${index}`, Object.fromEntries(piece.map((value, at) => [`p${at}`, value]))),
    );
    const commands = pcsCommands(modelWith(resources));
    const { calls, files } = called(shell, commands);
    expect(calls, `seed ${SEED}`).toEqual(intended(commands));
    expect(files).toEqual(["cib.xml", "corosync.conf"]);
    // Each value is there: as name=value, or in XML where pcs has no words for it.
    const words = new Set(calls.flatMap(({ argv }) => argv));
    const unseen = resources.filter(
      ({ id }) => !words.has(id) && !calls.some(({ input }) => input?.includes(`id="${id}"`)),
    );
    expect(unseen).toEqual([]);
  });

  test("as a section of corosync.conf", () => {
    const text = `logging {\n${values.join("")}\n}\n`;
    const section: PcsCommand = { tool: "corosync.conf", comment: "", section: "logging", text };
    const { files } = called(shell, [section]);
    expect(readFileSync(join(folder.path, "corosync.conf"), "utf8"), `seed ${SEED}`).toBe(text);
    expect(files).toEqual(["cib.xml", "corosync.conf"]);
  });
});

test("every word stands behind --, so that none is taken for an option", () => {
  fc.assert(
    fc.property(fc.constantFrom(...values), (value) => {
      const argv = pcsArgv(
        { tool: "pcs", comment: "", on: "cib", options: ["--force"], words: [value] },
        "cib.xml",
      );
      expect(argv).toEqual(["pcs", "-f", "cib.xml", "--force", "--", value]);
    }),
  );
});

test("a stand-in that changes a value is noticed", () => {
  const command: PcsCommand = { tool: "pcs", comment: "", on: "cib", options: [], words: ["a b"] };
  const script = pcsScript(modelWith([]), [command]).replace("'a b'", "a b");
  writeFileSync(join(folder.path, "corosync.conf"), "");
  const { calls } = folder.run("/bin/sh", script, ["corosync.conf", "cib.xml"]);
  expect(calls.filter(({ tool }) => tool === "pcs")).not.toEqual(intended([command]));
});

test.each(["\0", "x\0y", "\ud800"])("a value that no argument can hold is refused: %j", (value) => {
  const refusal = expect.objectContaining({ code: "ARGUMENT_NOT_TRANSPORTABLE" }) as unknown as Error;
  const words: PcsCommand = { tool: "pcs", comment: "", on: "cib", options: [], words: [value] };
  expect(() => pcsScript(modelWith([]), [words])).toThrow(refusal);
  const section: PcsCommand = { tool: "corosync.conf", comment: "", section: "logging", text: value };
  expect(() => pcsScript(modelWith([]), [section])).toThrow(refusal);
});

const WATCHDOG = {
  device: "/dev/watchdog0",
  watchdogMs: 15_000,
  delayStartMs: 33_000,
  disks: [],
} satisfies WatchdogFencing;

describe.each(shells)("the script forms a cluster in the order that pcs needs: %s", (shell) => {
  const argvs = (model: ClusterModel): string[] => {
    const { calls } = folder.run(shell, pcsScript(model, pcsCommands(model)), []);
    return calls.map(({ tool, argv }) => `${tool} ${argv.join(" ")}`);
  };
  const file = (name: string): string => `\\S+/${name}`;
  const [cib, live, before] = [file("cib.xml"), file("live.xml"), file("before.xml")];

  test("what it may refuse first, then the cluster, which starts at boot too", () => {
    expect(argvs(modelWith([primitive("a")]))).toEqual([
      "cibadmin --empty",
      expect.stringMatching(/^cibadmin --modify /),
      expect.stringMatching(
        `^pcs -f ${cib} --force --no-default-ops -- resource create a ocf:pacemaker:Stateful `,
      ),
      expect.stringMatching(/^pcs --no-cluster-uuid -- cluster setup pair n1 addr=10.0.0.1 n2 /),
      "pcs cluster sync",
      "pcs cluster enable --all",
      "pcs cluster start --all --wait=120",
      expect.stringMatching(`^pcs cluster cib ${live}$`),
      "cibadmin --query --scope configuration",
      expect.stringMatching(/^cibadmin --modify /),
      expect.stringMatching(`^pcs cluster cib-push ${live} diff-against=${before}$`),
    ]);
  });

  test("sbd is enabled again before the start, which waits for its delay", () => {
    const all = argvs({ ...modelWith([]), watchdog: WATCHDOG });
    expect(all.slice(all.indexOf("pcs cluster sync"), -4)).toEqual([
      "pcs cluster sync",
      "pcs -- stonith sbd enable watchdog=/dev/watchdog0 SBD_STARTMODE=always SBD_WATCHDOG_TIMEOUT=15 SBD_DELAY_START=33",
      "pcs cluster enable --all",
      "pcs --request-timeout=93 cluster start --all --wait=153",
    ]);
  });

  test("and forms none without the secrets that stand in the CIB", () => {
    const pair = element("nvpair", { id: "f-passwd", name: "passwd", secret: "f/passwd", in: "cib" });
    const withPair = (value?: string): ClusterModel => {
      const set = element("instance_attributes", { id: "f-ia" }, [
        element("nvpair", { ...pair.attributes, value }),
      ]);
      const device = { id: "f", class: "stonith", type: "fence_xvm" };
      const elements = [element("resources", {}, [element("primitive", device, [set])])];
      return modelWith([], { elements });
    };
    const script = pcsScript(withPair(), pcsCommands(withPair()));
    const { status, stderr, calls } = folder.ends(shell, script);
    expect({ status, calls }).toEqual({ status: 65, calls: [] });
    expect(stderr).toContain("--with-secrets");
    expect(script.slice(0, script.indexOf("set -eu"))).toContain("#   the secret f/passwd\n");
    // Two files can be written all the same, and with its value there is nothing to refuse.
    expect(folder.run(shell, script, ["corosync.conf", "cib.xml"]).files).toEqual([
      "cib.xml",
      "corosync.conf",
    ]);
    const filled = pcsScript(withPair("hunter2"), pcsCommands(withPair("hunter2")));
    expect(filled).not.toContain("the secret f/passwd");
    expect(folder.ends(shell, filled).status).toBe(0);
  });
});

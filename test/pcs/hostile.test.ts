import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type PcsCommand, pcsArgv, pcsCommands, pcsScript } from "../../src/pcs/index.js";
import { isXmlText } from "../../src/xml/index.js";
import { hostileValues, inPieces, SEED, VALUE_COUNT } from "../shell/hostile-values.js";
import { modelWith, primitive } from "./models.js";
import { createStubFolder, type StubCall } from "./stub.js";

const folder = createStubFolder();
afterAll(() => folder.remove());
const shells = ["/bin/sh", "/bin/bash", "/bin/dash"].filter((path) => existsSync(path));

/** What the script has to call between the empty CIB and its end. */
function intended(commands: readonly PcsCommand[]): StubCall[] {
  return commands.flatMap((command): StubCall[] => {
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

describe("the script forms a cluster in the order that pcs needs", () => {
  test.each(shells)("%s", (shell) => {
    const commands = pcsCommands(modelWith([primitive("a")]));
    const { calls } = folder.run(shell, pcsScript(modelWith([]), commands), []);
    const cib = calls.find(({ argv }) => argv[1] === "cib")?.argv[2] ?? "";
    expect(calls.map(({ tool, argv }) => `${tool} ${argv.join(" ")}`)).toEqual([
      expect.stringMatching(/^pcs --no-cluster-uuid -- cluster setup pair n1 addr=10.0.0.1 n2 /),
      "pcs cluster sync",
      "pcs cluster start --all --wait=120",
      `pcs cluster cib ${cib}`,
      expect.stringMatching(/^cibadmin --modify /),
      expect.stringContaining(
        `pcs -f ${cib} --force --no-default-ops -- resource create a ocf:pacemaker:Stateful `,
      ),
      `pcs cluster cib-push ${cib} diff-against=${cib}.before`,
    ]);
  });
});

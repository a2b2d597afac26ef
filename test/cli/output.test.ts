import { describe, expect, it } from "vitest";
import { createOutput, type OutputOptions } from "../../src/cli/output.js";

function speak(options: Partial<OutputOptions> & { readonly terminal?: boolean }) {
  const said = { out: "", err: "" };
  const output = createOutput({
    stdout: { write: (text) => (said.out += text) },
    stderr: { isTTY: options.terminal === true, write: (text) => (said.err += text) },
    json: false,
    verbose: false,
    environment: {},
    ...options,
  });
  return { output, said };
}

const finding = { severity: "error", code: "UNKNOWN_KEY", text: "no such key" } as const;
const colourStart = "\u001b[";

describe("output", () => {
  it("answers people in text and programs in one JSON document", () => {
    const people = speak({});
    people.output.answer({ a: 1 }, "one");
    expect(people.said).toEqual({ out: "one\n", err: "" });
    const programs = speak({ json: true });
    programs.output.answer({ a: 1 }, "one");
    expect(JSON.parse(programs.said.out)).toEqual({ a: 1 });
  });

  it("streams events as one document a line", () => {
    const { output, said } = speak({ json: true });
    output.event({ a: 1 }, "one");
    output.event({ a: 2 }, "two");
    expect(said.out).toBe('{"a":1}\n{"a":2}\n');
  });

  it("sets headlines off from what follows", () => {
    const { output, said } = speak({ json: true });
    output.headline("power off dcn1\nmore");
    expect(said).toEqual({ out: "", err: "==> power off dcn1\nmore\n" });
  });

  it("keeps progress off standard output and names the node", () => {
    const { output, said } = speak({ json: true });
    output.progress("starts corosync", "dcn1");
    expect(said).toEqual({ out: "", err: "dcn1: starts corosync\n" });
  });

  it("colours on a terminal only, and not under NO_COLOR", () => {
    const colours = [
      { terminal: true },
      { terminal: false },
      { terminal: true, environment: { NO_COLOR: "1" } },
    ].map((options) => {
      const { output, said } = speak(options);
      output.findings([finding]);
      output.progress("works", "dcn1");
      return said.err.includes(colourStart);
    });
    expect(colours).toEqual([true, false, false]);
  });

  it("leaves findings to the answer with --json", () => {
    const { output, said } = speak({ json: true });
    output.findings([finding]);
    expect(said).toEqual({ out: "", err: "" });
  });
});

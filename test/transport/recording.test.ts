import { expect, test } from "vitest";
import { DcnError } from "../../src/errors/index.js";
import {
  ControllerKilledError,
  createInterruptedTransport,
  createRecordingTransport,
  createScriptedTransport,
  type Transport,
} from "../../src/transport/index.js";

const ask = (argv: readonly string[], stdin?: string) => ({
  argv,
  timeoutMs: 1_000,
  ...(stdin === undefined ? {} : { stdin }),
});

test("a script answers each node in its own order", async () => {
  const transport = createScriptedTransport({
    a: [
      { argv: ["crm_mon", /--output-as=.*/], result: { stdout: "<x/>" } },
      { argv: ["cibadmin"], stdin: "<cib/>", result: { exitCode: 103 } },
    ],
    b: [{ argv: ["true"], result: new DcnError("unreachable", "NODE_UNREACHABLE", "gone") }],
  });
  await expect(transport.exec("b", ask(["true"]))).rejects.toMatchObject({ code: "NODE_UNREACHABLE" });
  const first = await transport.exec("a", ask(["crm_mon", "--output-as=xml"]));
  expect(first).toMatchObject({
    node: "a",
    argv: ["crm_mon", "--output-as=xml"],
    exitCode: 0,
    stdout: "<x/>",
    lost: false,
  });
  expect(await transport.exec("a", ask(["cibadmin"], "<cib/>"))).toMatchObject({ exitCode: 103 });
  await transport.close();
});

test.each([
  { name: "unexpected", script: {}, calls: [["x"]], text: /call 1 on a .*\n.*"x"\n.*no further call/ },
  { name: "one too many", script: { a: [{ argv: ["x"] }] }, calls: [["x"], ["x"]], text: /call 2 on a/ },
  {
    name: "reordered",
    script: { a: [{ argv: ["x"] }, { argv: ["y"] }] },
    calls: [["y"]],
    text: /argument 0: expected "x", got "y"/,
  },
  {
    name: "longer",
    script: { a: [{ argv: ["x"] }] },
    calls: [["x", "-f"]],
    text: /argument 1: expected nothing, got "-f"/,
  },
  {
    name: "half a pattern",
    script: { a: [{ argv: [/x|y/] }] },
    calls: [["xy"]],
    text: /expected \/x\|y\/, got "xy"/,
  },
  {
    name: "other input",
    script: { a: [{ argv: ["x"], stdin: /^1/ }] },
    calls: [["x"]],
    text: /standard input: expected \/\^1\/, got ""/,
  },
])(
  "a call that is $name fails with its ordinal and the difference, also at close",
  async ({ script, calls, text }) => {
    const transport = createScriptedTransport(script);
    for (const argv of calls.slice(0, -1)) await transport.exec("a", ask(argv));
    await expect(transport.exec("a", ask(calls.at(-1) ?? []))).rejects.toThrow(text);
    await expect(transport.close()).rejects.toThrow(text);
  },
);

test("a call that never came fails at close with its ordinal", async () => {
  const transport = createScriptedTransport({ a: [{ argv: ["x"] }, { argv: ["y", "z"] }] });
  await transport.exec("a", ask(["x"]));
  await expect(transport.close()).rejects.toThrow(/call 2 on a: "y" "z"/);
});

function world(): { transport: Transport; done: string[] } {
  const done: string[] = [];
  const transport: Transport = {
    exec: (node, { argv }) => {
      done.push(argv.join(" "));
      if (argv[0] === "fail") return Promise.reject(new Error("broken"));
      const nothing = {
        exitCode: 0,
        signal: null,
        stdout: "",
        stderr: "",
        durationMs: 1,
        timedOut: false,
        lost: false,
      };
      return Promise.resolve({ node, argv, ...nothing });
    },
    close: () => Promise.resolve(),
  };
  return { transport, done };
}

test("a recording keeps calls and outcomes in the order of sending", async () => {
  const transport = createRecordingTransport(world().transport);
  await transport.exec("a", { ...ask(["one"]), stdin: new Uint8Array([104, 105]) });
  await expect(transport.exec("b", ask(["fail"]))).rejects.toThrow("broken");
  expect(transport.calls()).toMatchObject([
    { ordinal: 1, node: "a", argv: ["one"], stdin: "hi", outcome: { exitCode: 0 } },
    { ordinal: 2, node: "b", argv: ["fail"], stdin: "", outcome: { message: "broken" } },
  ]);
});

test.each([
  { at: 1, done: [] },
  { at: 2, done: ["one"] },
  { at: 3, done: ["one"] },
  { at: 4, done: ["one", "two"] },
  { at: 5, done: ["one", "two"] },
])("a controller killed at I/O point $at leaves $done done", async ({ at, done }) => {
  const { transport: inner, done: seen } = world();
  const transport = createInterruptedTransport(inner, { at, how: "kill" });
  const run = async (): Promise<void> => {
    for (const step of ["one", "two"]) await transport.exec("a", ask([step]));
  };
  if (at <= 4) {
    await expect(run()).rejects.toBeInstanceOf(ControllerKilledError);
    await expect(transport.exec("a", ask(["later"]))).rejects.toBeInstanceOf(ControllerKilledError);
  } else {
    await run();
    expect(transport.points()).toBe(4);
  }
  expect(seen).toEqual(done);
});

test.each([
  { at: 1, done: ["two"] },
  { at: 2, done: ["one", "two"] },
])("a connection lost at I/O point $at gives an unknown outcome and goes on", async ({ at, done }) => {
  const { transport: inner, done: seen } = world();
  const transport = createInterruptedTransport(inner, { at, how: "lose" });
  expect(await transport.exec("a", ask(["one"]))).toMatchObject({ lost: true, exitCode: null });
  expect(await transport.exec("a", ask(["two"]))).toMatchObject({ lost: false, exitCode: 0 });
  expect(seen).toEqual(done);
});

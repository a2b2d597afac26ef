// Loads the joined files of dist/bundle. Each holds its text, and before it what V8 made of that text when it was built, so that
// the two cannot come apart. Another V8 than the one of the build takes the text alone (Node.js, "VM: new vm.Script", cachedData).
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { constants, Script } = require("node:vm");

// V8 optimises what has run for a while, for a program that goes on for long. Most commands are over by then, and the optimiser had
// the other processor meanwhile: it begins ten times later here. The build sets the same, without which V8 would not take its code.
setFlagsFromString("--interrupt-budget=1320000");

/** The length of the compiled part in decimal digits, padded; the compiled part then begins where V8 can use it as it lies. */
const HEAD_BYTES = 16;
const PARAMETERS = "exports, require, module, __filename, __dirname";

/** A joined file from its text (of a CommonJS module, or as `textOf` gives it) and its compiled part. */
function joinedFile(text, compiled = Buffer.alloc(0)) {
  const head = String(compiled.length).padEnd(HEAD_BYTES);
  const whole = text.startsWith(`(function (${PARAMETERS})`)
    ? text
    : `(function (${PARAMETERS}) {${text}\n})`;
  return Buffer.concat([Buffer.from(head), compiled, Buffer.from(whole)]);
}

/** The script of a joined file, not run. */
function scriptOf(file) {
  const bytes = readFileSync(file);
  const end = HEAD_BYTES + Number(bytes.latin1Slice(0, HEAD_BYTES));
  const text = bytes.utf8Slice(end);
  const script = new Script(text, {
    filename: file,
    ...(end > HEAD_BYTES && { cachedData: bytes.subarray(HEAD_BYTES, end) }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return { text, script };
}

/** What the joined file `name` of `folder` exports; `loaded` is told of every file that comes along. */
function load(folder, name, loaded = () => undefined) {
  const requireOutside = createRequire(join(folder, name));
  const modules = new Map();
  const requireJoined = (request) => {
    if (!request.startsWith("./") || !request.endsWith(".cjs")) return requireOutside(request);
    const known = modules.get(request);
    if (known !== undefined) return known.exports;
    const file = join(folder, request);
    const { text, script } = scriptOf(file);
    const module = { exports: {} };
    modules.set(request, module);
    loaded(file, { text, script });
    Reflect.apply(script.runInThisContext(), module.exports, [
      module.exports,
      requireJoined,
      module,
      file,
      folder,
    ]);
    return module.exports;
  };
  return requireJoined(`./${name}`);
}

module.exports = { joinedFile, load, scriptOf };

// Joins dist/cli/main.js and what it needs into few files in dist/bundle, and compiles them: loading several hundred small ones
// costs more than half of a short command. Rooms stay lazy: what a command imports when it runs is a file of its own.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const { joinedFile } = createRequire(import.meta.url)("./joined.cjs");
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const folder = `${dist}bundle`;

// Parts of libraries that no command of ours runs through, though loading the library loads them and half of Node with them.
const UNUSED = /\/ssh2\/lib\/(http-agents|server|keygen)\.js$/;
// commander starts programs for subcommands, and ssh2's agent for Windows starts some; ours do not.
const STARTS_PROGRAMS = /\/(commander\/lib\/command|ssh2\/lib\/agent)\.js$/;
const lean = {
  name: "lean",
  load: (id) => (UNUSED.test(id) ? "module.exports = {};" : undefined),
  transform: (code, id) =>
    STARTS_PROGRAMS.test(id) ? code.replace(/require\((['"])(node:)?child_process\1\)/, "{}") : undefined,
};
const bundle = await rolldown({
  input: { main: `${dist}cli/main.js` },
  plugins: [lean],
  platform: "node",
  // Of OpenTelemetry the modules, not the CommonJS that it has as well: of those only what we use comes along, a third of the whole.
  resolve: { mainFields: ["module", "main"] },
  // ssh2 does without these, and an install without scripts has none of them.
  external: [/\.node$/, "cpu-features"],
});
rmSync(folder, { recursive: true, force: true });
await bundle.write({
  dir: folder,
  format: "cjs",
  // What V8 kept of a text has forgotten who loads modules for it (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING).
  dynamicImportInCjs: false,
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name]-[hash].cjs",
});
await bundle.close();
for (const name of readdirSync(folder)) {
  const file = `${folder}/${name}`;
  writeFileSync(file, joinedFile(readFileSync(file, "utf8")));
}
const compile = fileURLToPath(new URL("compile.js", import.meta.url));
const { status } = spawnSync(process.execPath, [compile], { stdio: ["ignore", "ignore", "inherit"] });
process.exitCode = status ?? 1;

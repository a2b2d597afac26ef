// Joins dist/cli/main.js and what it needs into few files in dist/bundle, and compiles them: loading several hundred small ones
// costs more than half of a short command. Rooms stay lazy: what a command imports when it runs is a file of its own.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
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

/** What a room's index takes from where: exported name to the module that has it. */
function exportsOf(index) {
  const lists = readFileSync(index, "utf8").matchAll(/^export \{([^}]*)\} from "(\.\/[^"]+)";$/gm);
  return new Map(
    Array.from(lists).flatMap(([, names, from]) =>
      names.split(",").flatMap((name) => {
        const [own = "", , given = own] = name.trim().split(/\s+/);
        return own === given ? [[own, from]] : [];
      }),
    ),
  );
}

const LAZY = /const \{([^}]*)\} = await import\("(\.[^"]*\/workflows\/)index\.js"\);/g;
/** Of workflows a command needs one or two, and a lazy import of the whole room would bring all with it: so it takes what it names straight from there. */
const narrow = {
  name: "narrow",
  transform: (code, id) =>
    code.replace(LAZY, (whole, list, room) => {
      const from = exportsOf(join(dirname(id), room, "index.js"));
      const names = list.split(",").map((name) => name.trim());
      if (names.some((name) => !from.has(name))) return whole;
      return names
        .map((name) => `const { ${name} } = await import("${room}${from.get(name).slice(2)}");`)
        .join(" ");
    }),
};
const bundle = await rolldown({
  input: { main: `${dist}cli/main.js` },
  plugins: [narrow, lean],
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
const compile = fileURLToPath(new URL("compile.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [compile], { stdio: ["ignore", "ignore", "inherit"] });
process.exitCode = status ?? 1;

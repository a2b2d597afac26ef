// Joins dist/cli/main.js and what it needs into few files in dist/bundle: loading several hundred small ones costs more
// than half of a short command. Rooms stay lazy: what a command imports when it runs is a file of its own.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const bundle = await rolldown({
  input: { main: `${dist}cli/main.js` },
  platform: "node",
  // ssh2 asks for files beside its own (__dirname), which a joined file has not.
  external: ["ssh2"],
});
rmSync(`${dist}bundle`, { recursive: true, force: true });
await bundle.write({ dir: `${dist}bundle`, format: "esm", chunkFileNames: "[name]-[hash].js" });
await bundle.close();

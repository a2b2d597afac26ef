import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bashCompletion } from "../../src/cli/commands/completion.js";
import { dcnHa } from "./dcn-ha.js";

/** What bash would offer for these words, the last of them half typed. */
function offered(script: string, words: readonly string[]): string[] {
  const typed = words.map((word) => `"${word}"`).join(" ");
  const call = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _dcn_ha; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", `${script}\n${call}`], { encoding: "utf8", cwd: "/" });
  return stdout.split("\n").filter((line) => line !== "");
}

describe("bash completion", () => {
  const script = bashCompletion(["validate", "render", "lab up", "lab down"]);

  it("offers commands, then the verbs of a family, then files", () => {
    expect(offered(script, ["dcn-ha", "va"])).toEqual(["validate"]);
    expect(offered(script, ["dcn-ha", "lab", ""])).toEqual(["up", "down"]);
    expect(offered(script, ["dcn-ha", "validate", "/us"])).toEqual(["/usr"]);
  });

  it("knows the real commands", () => {
    const { stdout } = dcnHa(["completion", "bash"]);
    expect(offered(stdout, ["dcn-ha", "doc"])).toEqual(["doctor"]);
  });
});

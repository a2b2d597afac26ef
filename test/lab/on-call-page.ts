// A page for the one on call, as a script: what breaks the group, what one then sees, what one types, how one knows that it is over.
//   <!-- lab: fault power-off dcn2; … -->   what happens to the group, as verbs of `dcn-ha lab` (HOLDER is the node with the workload),
//                                           or `NODE# COMMAND` for what somebody did on a node
//   ```console lab                          `$ dcn-ha …` at the controller or `root@dcn1# …` on a node, and below it what it says
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { dcnHa, eventually, type Lab, type Run, runProgram } from "./lab.js";

/** How long a page may take until it shows what it says. */
const WAIT_MS = Number(process.env.DCN_HA_ON_CALL_WAIT_MS ?? "120000");

/** One thing that a page does or shows. */
export type PageStep =
  | { readonly kind: "happens"; readonly words: string }
  | {
      readonly kind: "typed";
      readonly where: string;
      readonly command: string;
      readonly says: readonly string[];
    };

/** The script in a page's text; throws where a command block has neither prompt. */
export function readPage(text: string): PageStep[] {
  const steps: PageStep[] = [];
  for (const [, comment, block] of text.matchAll(/<!-- lab: ([^>]*) -->|^```console lab\n(.*?)^```/gms)) {
    if (comment !== undefined)
      steps.push(...comment.split("; ").map((words) => ({ kind: "happens" as const, words: words.trim() })));
    else steps.push(...readBlock(block ?? ""));
  }
  return steps;
}

function readBlock(block: string): PageStep[] {
  const steps: { kind: "typed"; where: string; command: string; says: string[] }[] = [];
  for (const line of block.split("\n").filter((each) => each.trim() !== "")) {
    const [, node, command] = /^(?:\$|root@([\w-]+)#) (.*)$/.exec(line) ?? [];
    const last = steps.at(-1);
    if (command !== undefined) steps.push({ kind: "typed", where: node ?? "", command, says: [] });
    else if (last !== undefined) last.says.push(line);
    else throw new Error(`a block begins without a prompt: ${line}`);
  }
  return steps;
}

/** What differs from run to run: times, who is asked, and which of several equal nodes does it. */
export function comparable(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, "TIME")
    .replace(/\b(DC|seen from|by|on|Started|Starting|to|process)( +)(dcn\d|\d+)\b/g, "$1$2WHICH")
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "TOKEN")
    .replace(/\b10\.77\.\d+\./g, "10.77.N.")
    .replace(/\b(lab-)[\w-]+/g, "$1NAME")
    .replace(/\s+/g, " ")
    .trim();
}

/** The lines of a page that `said` does not hold; `…` stands for anything. */
export function missing(says: readonly string[], said: string): string[] {
  const heard = said.split("\n").map(comparable);
  return says.filter((line) => {
    const parts = comparable(line)
      .split("…")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    return !heard.some((each) => {
      let from = 0;
      return parts.every((part) => {
        const at = each.indexOf(part, from);
        from = at + part.length;
        return at >= 0;
      });
    });
  });
}

/** Does what the page says, and holds that it is so. */
export async function play(lab: Lab, steps: readonly PageStep[]): Promise<void> {
  for (const step of steps) {
    if (step.kind === "happens") await happen(lab, step.words);
    else if (step.says.length === 0) {
      const run = await noted(step, await type(lab, step.where, step.command));
      expect([run.exitCode, step.command], run.stderr).toEqual([0, step.command]);
    } else {
      const looks = /^(dcn-ha (status|lock show|rollout status|doctor)|journalctl|cat|df|crm_mon)\b/.test(
        step.command,
      );
      const run = await eventually(
        async () => noted(step, await type(lab, step.where, step.command)),
        ({ stdout, stderr }) => !looks || missing(step.says, stdout + stderr).length === 0,
        WAIT_MS,
      );
      expect(
        missing(step.says, run.stdout + run.stderr),
        `${step.command}:\n${run.stdout}${run.stderr}`,
      ).toEqual([]);
    }
  }
}

async function happen(lab: Lab, words: string): Promise<void> {
  const [, node, command] = /^([\w-]+)# (.*)$/.exec(words) ?? [];
  if (node !== undefined && command !== undefined) {
    await lab.shell(node, command);
    return;
  }
  const holder = words.includes("HOLDER") ? await lab.holder() : "";
  const [verb = "", ...rest] = words.replaceAll("HOLDER", holder).split(" ");
  const run = await lab.lab(verb, ...rest);
  expect([run.exitCode, words], run.stderr).toEqual([0, words]);
}

/** What was really said, for whoever writes a page: DCN_HA_ON_CALL_NOTES names a file. */
async function noted(typed: { readonly where: string; readonly command: string }, run: Run): Promise<Run> {
  const file = process.env.DCN_HA_ON_CALL_NOTES;
  const { where, command } = typed;
  if (file !== undefined)
    await appendFile(file, `### ${where} ${command}: exit ${run.exitCode}\n${run.stdout}${run.stderr}\n`);
  return run;
}

/** Types a command where the page says; the page's files are the lab's, `group.yaml` its group. */
async function type(lab: Lab, where: string, command: string): Promise<Run> {
  if (where !== "") return lab.lab("exec", where, "--", "sh", "-c", command);
  const words = command
    .split(" ")
    .map((word) => (/^[\w.-]+\.(yaml|json)$/.test(word) ? join(lab.folder, word) : word));
  if (words[0] === "dcn-ha") return dcnHa(...words.slice(1));
  return runProgram(words);
}

// What a command says: answers on standard output, progress and trouble on standard error. The only place that writes.
import { type Finding, formatFinding } from "../errors/index.js";

/** A stream as far as output needs it. */
export interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Colours of an answer; what they say stands in marks and words too. */
export type AnswerColour = keyof typeof answerColours;

const answerColours = { green: 32, yellow: 33, red: 31, bold: 1 } as const;

/** How a command speaks. With `--json` standard output carries JSON only. */
export interface Output {
  readonly json: boolean;
  readonly verbose: boolean;
  /** Colours a piece of an answer's text; leaves it alone where standard output is no terminal. */
  readonly paint: (colour: AnswerColour, text: string) => string;
  /** The answer of a command: `data` as one JSON document with `--json`, else `text` (a final line break is added). */
  answer(data: unknown, text: string): void;
  /** One event of a stream: a JSON document per line with `--json`, else a line of text. */
  event(data: unknown, text: string): void;
  /** The headline of one step of a long job, above the progress of that step; never on standard output. */
  headline(text: string): void;
  /** A line of progress, about `node` where one is meant; never on standard output. */
  progress(text: string, node?: string): void;
  /** Findings for a person, one block each, on standard error; nothing with `--json` (put them into the answer). */
  findings(findings: readonly Finding[]): void;
}

/** Where and how output goes. */
export interface OutputOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly json: boolean;
  readonly verbose: boolean;
  /** The environment: NO_COLOR (https://no-color.org) turns colour off. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const severityColours = { error: 31, warning: 33, note: 36 } as const;

/** Makes the output of one command. */
export function createOutput(options: OutputOptions): Output {
  const { stdout, stderr, json, verbose, environment } = options;
  const colour = stderr.isTTY === true && (environment.NO_COLOR ?? "") === "";
  const inColour = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`;
  const paint = (code: number, text: string) => (colour ? inColour(code, text) : text);
  const answersInColour = !json && stdout.isTTY === true && (environment.NO_COLOR ?? "") === "";
  return {
    json,
    verbose,
    paint: (name, text) => (answersInColour ? inColour(answerColours[name], text) : text),
    answer: (data, text) => {
      stdout.write(json ? `${JSON.stringify(data, undefined, 2)}\n` : endLine(text));
    },
    event: (data, text) => {
      stdout.write(json ? `${JSON.stringify(data)}\n` : endLine(text));
    },
    headline: (text) => {
      const [first = "", ...rest] = text.split("\n");
      stderr.write(`${[paint(1, `==> ${first}`), ...rest].join("\n")}\n`);
    },
    progress: (text, node) => {
      const about = node === undefined ? "" : `${paint(1, node)}: `;
      stderr.write(`${about}${node === undefined ? paint(2, text) : text}\n`);
    },
    findings: (findings) => {
      if (json) return;
      for (const finding of findings) {
        const line = formatFinding(finding);
        const word = `${finding.severity} ${finding.code}`;
        stderr.write(`${line.replace(word, () => paint(severityColours[finding.severity], word))}\n`);
      }
    },
  };
}

function endLine(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

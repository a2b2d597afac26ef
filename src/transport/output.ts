// What a command prints, taken in up to a cap, because a node may be hostile or broken and print without end.
import { StringDecoder } from "node:string_decoder";

/** Takes in one output stream; `take` answers false once the cap is passed. */
export interface OutputSink {
  take(chunk: Buffer): boolean;
  /** The text taken in so far (UTF-8; what is not UTF-8 becomes U+FFFD). */
  text(): string;
}

/** Collects up to `maxBytes`; beyond that it drops and answers false. */
export function collectOutput(maxBytes: number): OutputSink {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take: (chunk) => {
      size += chunk.length;
      if (size > maxBytes) return false;
      chunks.push(chunk);
      return true;
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}

/** Collects the first `maxBytes` and drops the rest without complaint. */
export function collectHead(maxBytes: number): OutputSink {
  const chunks: Buffer[] = [];
  let room = maxBytes;
  return {
    take: (chunk) => {
      if (room > 0) chunks.push(chunk.subarray(0, room));
      room -= Math.min(room, chunk.length);
      return true;
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}

/** Hands on whole lines; `finish` hands on a last one without line end. A line over `maxBytes` answers false. */
export function splitLines(
  maxBytes: number,
  onLine: (line: string) => void,
): OutputSink & { finish(): void } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const emit = (line: string): void => onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  return {
    take: (chunk) => {
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) emit(line);
      return Buffer.byteLength(rest) <= maxBytes;
    },
    finish: () => {
      rest += decoder.end();
      if (rest !== "") emit(rest);
      rest = "";
    },
    text: () => "",
  };
}

/** Text from a node made fit for a terminal and a log line: control characters out, at most `maxLength` characters. */
export function printable(text: string, maxLength = 300): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim();
  return plain.length > maxLength ? `${plain.slice(0, maxLength)}…` : plain;
}

// Reads what was appended to a file since the last look; cheap enough for many looks a second.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** One file that grows. */
export class Tail {
  private fd: number | undefined;
  private offset = 0;
  private rest = "";
  private readonly buffer = Buffer.alloc(65_536);

  /** With `fromEnd`, what the file holds already is left out; a file that appears later is read from its begin. */
  constructor(
    private readonly file: string,
    fromEnd: boolean,
  ) {
    this.open();
    if (fromEnd && this.fd !== undefined) this.offset = fstatSync(this.fd).size;
  }

  /** The whole lines that are new. */
  lines(): string[] {
    if (this.fd === undefined) this.open();
    if (this.fd === undefined) return [];
    let text = this.rest;
    for (;;) {
      const count = readSync(this.fd, this.buffer, 0, this.buffer.length, this.offset);
      if (count === 0) break;
      this.offset += count;
      text += this.buffer.toString("latin1", 0, count);
    }
    const lines = text.split("\n");
    this.rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "");
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private open(): void {
    try {
      this.fd = openSync(this.file, "r");
    } catch {
      // It does not exist yet.
    }
  }
}

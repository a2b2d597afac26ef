// The YAML language server that editors run (Language Server Protocol 3.17 over standard input and output), with our schemas.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { jsonSchema, PROFILE_KINDS } from "../../src/profile/index.js";

const program = join(
  dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json")),
  "bin/yaml-language-server",
);

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** What the server underlines: the line as an editor counts it, from 1. */
export interface Remark {
  readonly line: number;
  readonly message: string;
}

/** One server and the documents that are open in it. */
export class LanguageServer {
  private readonly answers = new Map<number, (message: Message) => void>();
  private readonly remarks = new Map<string, (remarks: Remark[]) => void>();
  private text: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly server: ChildProcess,
    private readonly folder: string,
    private readonly settings: object,
  ) {
    server.stdout?.on("data", (part: Buffer) => this.read(part));
  }

  /** Starts a server that takes for each KIND.yaml, and each *.KIND.yaml, the schema that `dcn-ha schema` prints. */
  static async start(folder: string): Promise<LanguageServer> {
    const schemas = PROFILE_KINDS.map((kind) => {
      const path = join(folder, `${kind}.schema.json`);
      writeFileSync(path, JSON.stringify(jsonSchema(kind)));
      return [pathToFileURL(path).href, `*${kind}.yaml`] as const;
    });
    const settings = { schemas: Object.fromEntries(schemas), schemaStore: { enable: false } };
    const server = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    const one = new LanguageServer(server, folder, {
      validate: true,
      hover: true,
      completion: true,
      ...settings,
    });
    const capabilities = { workspace: { configuration: true }, textDocument: {} };
    await one.ask("initialize", { processId: process.pid, rootUri: null, capabilities });
    one.send({ method: "initialized", params: {} });
    one.send({ method: "workspace/didChangeConfiguration", params: { settings: { yaml: one.settings } } });
    return one;
  }

  /** Opens a document and waits for what the server says about it. */
  open(name: string, text: string): Promise<Remark[]> {
    const uri = this.uriOf(name);
    const said = new Promise<Remark[]>((resolve) => this.remarks.set(uri, resolve));
    const textDocument = { uri, languageId: "yaml", version: 1, text };
    this.send({ method: "textDocument/didOpen", params: { textDocument } });
    return said;
  }

  /** What the server offers at a place of an open document, line and column from 1. */
  async offers(name: string, line: number, column: number): Promise<string[]> {
    const { result } = await this.ask("textDocument/completion", this.place(name, line, column));
    return ((result as { items?: { label: string }[] } | null)?.items ?? []).map(({ label }) => label);
  }

  /** What the server shows for the word at a place of an open document. */
  async hover(name: string, line: number, column: number): Promise<string> {
    const { result } = await this.ask("textDocument/hover", this.place(name, line, column));
    return (result as { contents?: { value?: string } } | null)?.contents?.value ?? "";
  }

  stop(): void {
    this.server.kill();
  }

  private uriOf(name: string): string {
    return pathToFileURL(join(this.folder, name)).href;
  }

  private place(name: string, line: number, column: number): object {
    const position = { line: line - 1, character: column - 1 };
    return { textDocument: { uri: this.uriOf(name) }, position };
  }

  private ask(method: string, params: object): Promise<Message> {
    const id = this.answers.size + 1;
    const answer = new Promise<Message>((resolve) => this.answers.set(id, resolve));
    this.send({ id, method, params });
    return answer;
  }

  private send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.server.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  private read(part: Buffer): void {
    this.text = Buffer.concat([this.text, part]);
    for (;;) {
      const head = this.text.indexOf("\r\n\r\n");
      if (head < 0) return;
      const end = head + 4 + Number(/Content-Length: (\d+)/i.exec(this.text.toString("utf8", 0, head))?.[1]);
      if (this.text.length < end) return;
      const message = JSON.parse(this.text.toString("utf8", head + 4, end)) as Message;
      this.text = this.text.subarray(end);
      this.take(message);
    }
  }

  private take({ id, method, params, result, error }: Message): void {
    if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as {
        uri: string;
        diagnostics: { message: string; range: { start: { line: number } } }[];
      };
      const remarks = diagnostics.map(({ message, range }) => ({ line: range.start.line + 1, message }));
      this.remarks.get(uri)?.(remarks);
      return;
    }
    if (id === undefined) return;
    if (method === undefined) {
      this.answers.get(id)?.({ id, result, error });
      return;
    }
    // It asks for its settings section by section; to whatever else it asks, nothing is the answer.
    const sections = (params as { items?: { section?: string }[] } | undefined)?.items;
    const told = sections?.map(({ section }) => (section === "yaml" ? this.settings : {}));
    this.send({ id, result: told ?? null });
  }
}

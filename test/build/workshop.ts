// A workshop with keys of its own, an image to publish and servers to fetch from, for the tests of publishing.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GpgSigner, Workshop } from "../../src/build/index.js";
import { createLocalTransport } from "../../src/transport/index.js";
import { PYTHON } from "../sandbox/requirements.js";

/** Runs a tool that has to succeed. */
export function run(...argv: string[]): string {
  const [program = "", ...words] = argv;
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}`);
  return stdout.trim();
}

/** A signer and the file of its public key. */
export interface Keys {
  readonly signer: GpgSigner & { readonly home: string };
  readonly publicKey: string;
}

/** A folder for one test file with everything that publishing needs; `close` ends what it started. */
export class PublishingScene {
  readonly folder = mkdtempSync(join(tmpdir(), "dcn-ha-publish-"));
  readonly transport = createLocalTransport();
  readonly said: string[] = [];
  readonly #children: ReturnType<typeof spawn>[] = [];

  get shop(): Workshop {
    const { transport } = this;
    return { transport, logs: this.path("logs"), onProgress: (text) => this.said.push(text) };
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** A key pair of its own. */
  keys(name: string): Keys {
    const home = this.path(`gpg-${name}`);
    mkdirSync(home, { mode: 0o700 });
    const gpg = (...words: string[]) => run("gpg", "--homedir", home, "--batch", ...words);
    gpg("--passphrase", "", "--quick-gen-key", name, "ed25519", "sign", "never");
    const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(gpg("--list-keys", "--with-colons"))?.[1] ?? "";
    const publicKey = this.path(`${name}.gpg`);
    gpg("--output", publicKey, "--export", fingerprint);
    return { signer: { fingerprint, home }, publicKey };
  }

  /** A small image in a build's repository; returns its commit. */
  image(ref: string, files: Readonly<Record<string, string>>, architecture = "x86_64"): string {
    const repository = this.path("build");
    const tree = this.path("tree");
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(join(tree, "usr"), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, "usr", name), text);
    run("ostree", `--repo=${repository}`, "init", "--mode=bare");
    const metadata = `--add-metadata-string=ostree.architecture=${architecture}`;
    return run("ostree", `--repo=${repository}`, "commit", `--branch=${ref}`, metadata, tree);
  }

  /** Serves a folder over HTTP; returns its URL. */
  async serve(folder: string): Promise<string> {
    const port = await freePort();
    this.#start(PYTHON, "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, String(port));
    await answers(`http://127.0.0.1:${port}/`);
    return `http://127.0.0.1:${port}`;
  }

  /** A real docker-registry; returns its name as images are called in it. */
  async registry(name: string): Promise<string> {
    const port = await freePort();
    const config = this.path(`${name}.json`);
    const storage = { filesystem: { rootdirectory: this.path(name) } };
    const http = { addr: `127.0.0.1:${port}` };
    writeFileSync(config, JSON.stringify({ version: 0.1, storage, http, log: { level: "error" } }));
    this.#start("docker-registry", "serve", config);
    await answers(`http://127.0.0.1:${port}/v2/`);
    return `127.0.0.1:${port}`;
  }

  text(...names: string[]): string {
    return readFileSync(this.path(...names), "utf8");
  }

  #start(program: string, ...words: string[]): void {
    this.#children.push(spawn(program, words, { stdio: "ignore" }));
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await this.transport.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port that nobody has now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Waits until somebody answers there. */
export async function answers(url: string): Promise<Response> {
  for (let round = 0; ; round += 1) {
    try {
      return await fetch(url);
    } catch (error) {
      if (round === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

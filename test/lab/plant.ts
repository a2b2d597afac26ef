// The library's example image set, built, signed and published, as a company does it before its devices see an image.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dcnHa } from "./lab.js";

/** What a build did: the layers that it made, and the commit of each image. */
export interface Built {
  readonly built: readonly string[];
  readonly commits: ReadonlyMap<string, string>;
}

/** A company's image set with its repository and its key, in a folder of its own. */
export class Plant {
  readonly folder = mkdtempSync(join(tmpdir(), "dcn-ha-plant-"));
  readonly set = join(this.folder, "plant.yaml");
  readonly repository = join(this.folder, "repo");
  readonly keys = join(this.folder, "plant.gpg");
  private readonly home = join(this.folder, "gpg");
  private text: string;
  private fingerprint = "";

  constructor() {
    cpSync(join(import.meta.dirname, "../../profiles/images"), this.folder, { recursive: true });
    this.text = readFileSync(this.set, "utf8");
  }

  /** `lab up` with the devices of the set. */
  get words(): string[] {
    const { set, repository, keys } = this;
    return ["--images", set, "--repository", repository, "--channel", "stable", "--keys", keys];
  }

  /** Changes the set for good: every image from now on has it. */
  change(edit: (text: string) => string): void {
    this.text = edit(this.text);
  }

  /** Builds the set as it is, or as `edit` changes it. */
  async build(edit: (text: string) => string = (text) => text): Promise<Built> {
    writeFileSync(this.set, edit(this.text));
    const run = await dcnHa("image", "build", this.set);
    if (run.exitCode !== 0) throw new Error(`image build: ${run.stderr}`);
    return {
      built: [...run.stderr.matchAll(/^(\S+): built \(/gm)].map(([, layer = ""]) => layer),
      commits: new Map(
        [...run.stdout.matchAll(/^(dcn\S+) ([0-9a-f]{64})$/gm)].map(([, ref = "", commit = ""]) => [
          ref,
          commit,
        ]),
      ),
    };
  }

  /** Builds, signs and publishes into the channel `stable`, of the repository that devices follow or of another one. */
  async publish(edit?: (text: string) => string, to = this.repository): Promise<Built> {
    if (this.fingerprint === "") this.makeKey();
    const built = await this.build(edit);
    const run = await dcnHa(
      ...["image", "publish", this.set, "--to", to, "--channel", "stable"],
      ...["--sign-by", this.fingerprint, "--gpg-home", this.home],
    );
    if (run.exitCode !== 0) throw new Error(`image publish: ${run.stderr}`);
    return built;
  }

  end(): void {
    execFileSync("gpgconf", ["--homedir", this.home, "--kill", "all"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private makeKey(): void {
    execFileSync("install", ["-d", "-m", "0700", this.home]);
    const gpg = (...words: string[]): Buffer =>
      execFileSync("gpg", ["--homedir", this.home, "--batch", "--quiet", ...words]);
    gpg("--passphrase", "", "--quick-gen-key", "images of the plant", "ed25519", "sign", "never");
    this.fingerprint = /^fpr:+([0-9A-F]+):/m.exec(gpg("--list-keys", "--with-colons").toString())?.[1] ?? "";
    writeFileSync(this.keys, gpg("--export", this.fingerprint));
  }
}

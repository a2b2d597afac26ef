import { appendFileSync, chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  mirrorRefs,
  promoteCommits,
  publishCommits,
  readBundle,
  writeBundle,
} from "../../src/build/index.js";
import { have } from "../sandbox/requirements.js";
import { type Keys, PublishingScene, run } from "./workshop.js";

const ref = "dcn/hmi/site-1";
const tools = have("ostree", "gpg", "gpgv", "python3");

describe.skipIf(!tools)("OS images in an ostree repository", () => {
  const scene = new PublishingScene();
  let [ours, others]: Keys[] = [];
  let commit = "";
  let url = "";
  const served = scene.path("served");

  beforeAll(async () => {
    [ours, others] = [scene.keys("ours"), scene.keys("others")];
    commit = scene.image(ref, { release: "1.0.0\n" });
    const where = { from: scene.path("build"), to: served, signer: signer() };
    await publishCommits(scene.shop, where, [{ ref, commit }]);
    url = await scene.serve(served);
  });
  afterAll(() => scene.close());

  const signer = () => ours?.signer ?? { fingerprint: "" };
  const keysOf = (keys: Keys | undefined): string => keys?.publicKey ?? "";
  const mirror = (name: string, source: { keys?: string; architecture?: string } = {}, from = url) =>
    mirrorRefs(
      scene.shop,
      { url: from, keys: keysOf(ours), ...source },
      { path: scene.path(name), refs: [ref] },
    );

  it("copies an image from hub to site with its digest and signature, and leaves no source behind", async () => {
    expect(await mirror("site")).toEqual([{ ref, commit }]);
    const repository = `--repo=${scene.path("site")}`;
    expect(run("ostree", repository, "rev-parse", ref)).toBe(commit);
    expect(run("ostree", repository, "remote", "list")).toBe("");
    // A site is a hub for what lies behind it.
    const behind = await scene.serve(scene.path("site"));
    expect(await mirror("behind", {}, behind)).toEqual([{ ref, commit }]);
  });

  it("publishes the same image again without a second signature", async () => {
    const where = { from: scene.path("build"), to: served, signer: signer() };
    await publishCommits(scene.shop, where, [{ ref, commit }]);
    const shown = run("ostree", `--repo=${served}`, "show", commit);
    expect(shown).toContain("Found 1 signature");
  });

  it("moves a channel to the very commit", async () => {
    await promoteCommits(scene.shop, served, {
      channel: "stable",
      images: [{ ref, commit }],
      signer: signer(),
    });
    expect(run("ostree", `--repo=${served}`, "rev-parse", `stable/${ref}`)).toBe(commit);
    expect(scene.text("served", "summary")).toContain(`stable/${ref}`);
  });

  it("refuses an image that a stranger signed, before its content is fetched", async () => {
    await expect(mirror("stranger", { keys: keysOf(others) })).rejects.toMatchObject({
      kind: "refused",
      code: "SIGNATURE_REFUSED",
    });
    expect(objects("stranger", ".filez")).toEqual([]);
  });

  it("refuses an unsigned image", async () => {
    const unsigned = scene.path("build");
    run("ostree", `--repo=${scene.path("plain")}`, "init", "--mode=archive");
    run("ostree", `--repo=${scene.path("plain")}`, "pull-local", unsigned, ref);
    const plain = await scene.serve(scene.path("plain"));
    await expect(mirror("unsigned", {}, plain)).rejects.toMatchObject({ code: "SIGNATURE_REFUSED" });
  });

  it("refuses an image for another architecture, before its content is fetched", async () => {
    const trouble = {
      code: "WRONG_ARCHITECTURE",
      message: expect.stringContaining("x86_64, not for aarch64") as string,
    };
    await expect(mirror("arm", { architecture: "aarch64" })).rejects.toMatchObject(trouble);
    expect(objects("arm", ".filez")).toEqual([]);
  });

  it("refuses an image with one flipped bit", async () => {
    run("cp", "-a", served, scene.path("flipped"));
    const [object = ""] = objects("flipped", ".filez");
    flip(object);
    const flipped = await scene.serve(scene.path("flipped"));
    await expect(mirror("altered", {}, flipped)).rejects.toMatchObject({ code: "CONTENT_ALTERED" });
    expect(run("ostree", `--repo=${scene.path("altered")}`, "refs")).not.toContain(ref);
  });

  describe("on a stick", () => {
    const stick = scene.path("stick");
    beforeAll(async () => {
      const source = { url, keys: keysOf(ours) };
      const images = await writeBundle(scene.shop, source, { folder: stick, refs: [ref], signer: signer() });
      expect(images).toEqual([{ ref, commit }]);
    });

    const read = (folder: string, options: { keys?: string; architecture?: string } = {}) =>
      readBundle(scene.shop, { folder, keys: keysOf(ours), ...options }, `${folder}-repo`);
    const copyOf = (name: string): string => {
      run("cp", "-a", stick, scene.path(name));
      return scene.path(name);
    };

    it("comes out with the same digests", async () => {
      expect(await read(stick, { architecture: "x86_64" })).toEqual([{ ref, commit }]);
    });

    it("is refused with one flipped bit, wherever it is", async () => {
      const folder = copyOf("stick-flipped");
      const [object = ""] = objects(join("stick-flipped", "repo"), ".filez");
      flip(object);
      await expect(read(folder)).rejects.toMatchObject({ code: "CONTENT_ALTERED" });
      const listed = copyOf("stick-list");
      appendFileSync(join(listed, "bundle.json"), " ");
      await expect(read(listed)).rejects.toMatchObject({ code: "SIGNATURE_REFUSED" });
    });

    it("is refused with a file too many, or one too few", async () => {
      const folder = copyOf("stick-more");
      writeFileSync(join(folder, "repo", "extensions", "more"), "");
      await expect(read(folder)).rejects.toMatchObject({ code: "CONTENT_ALTERED" });
      const fewer = copyOf("stick-fewer");
      renameSync(join(fewer, "repo", "config"), join(fewer, "config"));
      await expect(read(fewer)).rejects.toMatchObject({ code: "CONTENT_ALTERED" });
    });

    it("is refused with a stranger's keys, and for another architecture", async () => {
      await expect(read(stick, { keys: keysOf(others) })).rejects.toMatchObject({
        code: "SIGNATURE_REFUSED",
      });
      await expect(read(stick, { architecture: "aarch64" })).rejects.toMatchObject({
        code: "WRONG_ARCHITECTURE",
      });
    });

    it("is refused where a path or a link climbs out, though its list is signed", async () => {
      const folder = copyOf("stick-climbs");
      const list = JSON.parse(readFileSync(join(folder, "bundle.json"), "utf8")) as { files: object };
      const files = { ...list.files, "../../outside": "0".repeat(64) };
      sign(folder, JSON.stringify({ ...list, files }));
      await expect(read(folder)).rejects.toMatchObject({ code: "PATH_REFUSED" });
      const linked = copyOf("stick-links");
      run("ln", "-s", "/etc/passwd", join(linked, "repo", "passwd"));
      await expect(read(linked)).rejects.toMatchObject({ code: "PATH_REFUSED" });
    });

    it("is not written into a folder that holds something", async () => {
      const bundle = { folder: stick, refs: [ref], signer: signer() };
      await expect(writeBundle(scene.shop, { url, keys: keysOf(ours) }, bundle)).rejects.toMatchObject({
        code: "FOLDER_NOT_EMPTY",
      });
    });
  });

  it("keeps what a failed tool said", async () => {
    const where = { from: scene.path("nothing"), to: served, signer: signer() };
    const failed = publishCommits(scene.shop, where, [{ ref, commit: "0".repeat(64) }]);
    await expect(failed).rejects.toMatchObject({
      code: "TOOL_FAILED",
      hint: expect.stringContaining("copy-dcn-hmi") as string,
    });
    expect(scene.text("logs", "copy-dcn-hmi-site-1.log")).toContain("error:");
  });

  function sign(folder: string, text: string): void {
    writeFileSync(join(folder, "bundle.json"), text);
    const { home, fingerprint } = ours?.signer ?? { home: "", fingerprint: "" };
    const signature = join(folder, "bundle.json.asc");
    run("rm", signature);
    const output = ["--armor", "--local-user", fingerprint, "--output", signature];
    run("gpg", "--homedir", home, "--batch", ...output, "--detach-sign", join(folder, "bundle.json"));
  }

  function objects(name: string, ending: string): string[] {
    const folder = scene.path(name, "objects");
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(ending))
      .map((path) => join(folder, path));
  }

  function flip(file: string): void {
    const bytes = readFileSync(file);
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    chmodSync(file, 0o644);
    writeFileSync(file, bytes);
  }
});

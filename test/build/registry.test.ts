import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  buildHostingImage,
  digestOf,
  HOSTING_PORT,
  mirrorImage,
  publishCommits,
  pushImage,
  type Registry,
  type RegistryImage,
  tagImage,
} from "../../src/build/index.js";
import { have } from "../sandbox/requirements.js";
import { answers, type Keys, PublishingScene, run } from "./workshop.js";

const ref = "dcn/hmi/site-1";
const tools = have("ostree", "gpg", "skopeo", "buildah", "podman", "docker-registry", "busybox");

describe.skipIf(!tools)("images in a container registry", () => {
  const scene = new PublishingScene();
  let [ours, others]: Keys[] = [];
  let hub: Registry;
  let site: Registry;
  let first: RegistryImage;
  let second: RegistryImage;

  beforeAll(async () => {
    [ours, others] = [scene.keys("ours"), scene.keys("others")];
    hub = { name: `${await scene.registry("hub")}/plant`, tls: false, signatures: scene.path("hub-signed") };
    site = {
      name: `${await scene.registry("site")}/plant`,
      tls: false,
      signatures: scene.path("site-signed"),
    };
    [first, second] = [await hosted("1.0.0"), await hosted("2.0.0")];
  });
  afterAll(() => scene.close());

  const signer = () => ours?.signer ?? { fingerprint: "" };
  const trust = (keys = ours) => ({ keys: keys?.publicKey ?? "" });
  const copy = (to: Registry | string, image = first, from = hub) =>
    mirrorImage(scene.shop, { from, to, image, tag: "1.0.0" }, { ...trust(), signedFor: hub.name });

  /** A hosting container with the images of one version, in the hub's registry. */
  async function hosted(version: string): Promise<RegistryImage> {
    const commit = scene.image(ref, { release: `${version}\n` });
    const served = scene.path(`served-${version}`);
    await publishCommits(scene.shop, { from: scene.path("build"), to: served, signer: signer() }, [
      { ref, commit },
    ]);
    const to = `oci:${scene.path(`oci-${version}`)}:latest`;
    const busybox = "/bin/busybox";
    await buildHostingImage(scene.shop, { repository: served, busybox, version, revision: "abc", to });
    return pushImage(scene.shop, hub, { from: to, image: "hosting", tag: version, signer: signer() });
  }

  it("has them by digest, and channels as tags of the same digest", async () => {
    expect(first.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await digestOf(scene.shop, hub, "hosting", "1.0.0")).toBe(first.digest);
    await tagImage(scene.shop, hub, { ...first, channel: "stable" });
    expect(await digestOf(scene.shop, hub, "hosting", "stable")).toBe(first.digest);
    await tagImage(scene.shop, hub, { ...second, channel: "stable" });
    expect(await digestOf(scene.shop, hub, "hosting", "stable")).toBe(second.digest);
  });

  it("copies from hub to site with digest and signature, so that a site can be copied from too", async () => {
    await copy(site);
    expect(await digestOf(scene.shop, site, "hosting", "1.0.0")).toBe(first.digest);
    await copy(`oci:${scene.path("from-site")}:1`, first, site);
    const index = JSON.parse(scene.text("from-site", "index.json")) as { manifests: { digest: string }[] };
    expect(index.manifests.map(({ digest }) => digest)).toEqual([first.digest]);
  });

  it("refuses what nobody signed, or a stranger", async () => {
    const unsigned = { ...hub, signatures: scene.path("nothing") };
    await expect(copy(`oci:${scene.path("unsigned")}:1`, first, unsigned)).rejects.toMatchObject({
      kind: "refused",
      code: "SIGNATURE_REFUSED",
    });
    const to = `oci:${scene.path("stranger")}:1`;
    const stranger = mirrorImage(scene.shop, { from: hub, to, image: first, tag: "1" }, trust(others));
    await expect(stranger).rejects.toMatchObject({ code: "SIGNATURE_REFUSED" });
  });

  it("refuses another architecture", async () => {
    const to = `oci:${scene.path("arm")}:1`;
    const wanted = { ...trust(), architecture: "arm64" };
    const arm = mirrorImage(scene.shop, { from: hub, to, image: first, tag: "1" }, wanted);
    await expect(arm).rejects.toMatchObject({ code: "WRONG_ARCHITECTURE" });
  });

  it("refuses an image with one flipped bit", async () => {
    const [layer = ""] = blobs("hub")
      .sort((left, right) => right.size - left.size)
      .map(({ file }) => file);
    const bytes = readFileSync(layer);
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(layer, bytes);
    await expect(copy(`oci:${scene.path("flipped")}:1`, second)).rejects.toMatchObject({
      code: "CONTENT_ALTERED",
    });
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
    writeFileSync(layer, bytes);
  });

  it("runs the hosting container, and serves the next version from the one that replaces it", async () => {
    const release = async (image: RegistryImage): Promise<string> => {
      const name = `dcn-ha-hosting-${process.pid}`;
      run("podman", ...store, "pull", "-q", "--tls-verify=false", `${hub.name}/hosting@${image.digest}`);
      const limits = [
        "--cgroups=disabled",
        "--ulimit=nofile=1024:1024",
        "--ulimit=nproc=1024:1024",
        "--network=host",
        "--rm",
        "--detach",
        "--name",
        name,
      ];
      run(...outsideHybrid, "podman", ...store, "run", ...limits, `${hub.name}/hosting@${image.digest}`);
      try {
        await answers(`http://127.0.0.1:${HOSTING_PORT}/repo/config`);
        const target = `--repo=${scene.path(`pulled-${image.digest.slice(7, 15)}`)}`;
        run("ostree", target, "init", "--mode=archive");
        const url = `http://127.0.0.1:${HOSTING_PORT}/repo`;
        run("ostree", target, "remote", "add", `--gpg-import=${trust().keys}`, "hosted", url);
        run("ostree", target, "pull", "hosted", ref);
        return run("ostree", target, "cat", `hosted:${ref}`, "/usr/release");
      } finally {
        run("podman", ...store, "rm", "--force", "--time", "0", name);
      }
    };
    expect(await release(first)).toBe("1.0.0");
    expect(await release(second)).toBe("2.0.0");
  });

  const store = [
    "--root",
    scene.path("store"),
    "--runroot",
    scene.path("run"),
    "--cgroup-manager=cgroupfs",
    "--storage-driver=vfs",
  ];

  // crun(1) refuses machines that show cgroup2 beside cgroup v1; what it does not see does not disturb it.
  const hide = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"';
  const outsideHybrid = ["unshare", "--mount", "sh", "-c", hide, "sh"];

  function blobs(registry: string): { file: string; size: number }[] {
    const folder = scene.path(registry);
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("/data"))
      .map((path) => ({ file: join(folder, path), size: readFileSync(join(folder, path)).length }));
  }
});

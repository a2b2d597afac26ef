// The hosting container of the patterns: a web server and the repository of OS images in one container image, which a site runs and replaces whole.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, type Workshop } from "./tool.js";

/** What goes into the container. */
export interface HostingRequest {
  /** The repository that HTTP is to serve, in archive mode, signed. */
  readonly repository: string;
  /** A statically linked busybox(1): the web server of the default container, which has nothing else in it. */
  readonly busybox: string;
  /** Version of the images, and the source revision that they come from. */
  readonly version: string;
  readonly revision: string;
  /** Where the image goes, in skopeo's words: `oci:DIR:TAG`. */
  readonly to: string;
}

/** The port on which the container serves the repository, below `/repo/`. */
export const HOSTING_PORT = 8080;

/** Builds the hosting container with buildah(1), the same bytes for the same repository. Throws as `runTool`. */
export async function buildHostingImage(shop: Workshop, request: HostingRequest): Promise<void> {
  const { repository, busybox, version, revision, to } = request;
  const scratch = await mkdtemp(join(tmpdir(), "dcn-ha-hosting-"));
  // A store of its own: what lies in the machine's own is nobody's business here, and all of it goes at once.
  const buildah = (purpose: string, ...words: string[]) =>
    runTool(shop, {
      argv: ["buildah", "--root", join(scratch, "store"), "--runroot", join(scratch, "run"), ...words],
      purpose: `hosting container: ${purpose}`,
      timeoutMs: 1_800_000,
    });
  try {
    shop.onProgress("building the hosting container");
    const name = (await buildah("begin", "from", "scratch")).stdout.trim();
    await buildah("copy the web server", "copy", "--chmod", "0755", name, busybox, "/busybox");
    await buildah("copy the repository", "copy", name, repository, "/srv/repo");
    const entrypoint = JSON.stringify(["/busybox", "httpd", "-f", "-p", String(HOSTING_PORT), "-h", "/srv"]);
    await buildah(
      "configure",
      "config",
      "--entrypoint",
      entrypoint,
      "--port",
      String(HOSTING_PORT),
      "--label",
      `org.opencontainers.image.version=${version}`,
      "--label",
      `org.opencontainers.image.revision=${revision}`,
      name,
    );
    await buildah("commit", "commit", "--timestamp", "0", name, to);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

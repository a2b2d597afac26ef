// Applications of a device, beside the cluster: a bad version is refused and the one before serves on; nothing runs while nobody asks.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, Lab, noLab } from "./lab.js";
import { Plant } from "./plant.js";

/** The host has the BMCs' addresses, so that devices reach its registry by one of them. */
const REGISTRY = "10.1.2.11:5055";
const APPLICATIONS = `  hmi:
    applications:
      hello: { image: "${REGISTRY}/hello:prod", update: auto, command: [-p, "8082"] }
      lazy: { image: "${REGISTRY}/hello:prod", command: [-p, "8081"], onDemand: { listen: 8080, port: 8081, idle: 5s } }
      quiet: { image: "${REGISTRY}/hello:prod", user: plant, command: [-p, "8083"], ports: ["8083:8083"] }
`;
const INSECURE = `configuration:
  files:
    /etc/containers/registries.conf.d/50-site.conf: { content: "[[registry]]\\nlocation = \\"${REGISTRY}\\"\\ninsecure = true\\n" }
`;

describe.skipIf(noLab !== undefined)("applications of a device", () => {
  const plant = new Plant();
  let registry: ChildProcess;
  let lab: Lab;

  beforeAll(async () => {
    const config = join(plant.folder, "registry.json");
    const storage = { filesystem: { rootdirectory: join(plant.folder, "registry") } };
    writeFileSync(
      config,
      JSON.stringify({ version: 0.1, storage, http: { addr: "0.0.0.0:5055" }, log: { level: "error" } }),
    );
    registry = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
    await plant.publish((text) =>
      text.replace("  hmi:\n", APPLICATIONS).replace("configuration:\n  files:\n", INSECURE),
    );
    release("one");
    lab = await Lab.up("applications", ...plant.words, "--off");
    await lab.lab("power", "on", "hmi-01");
  }, 2_400_000);
  afterAll(async () => {
    await lab.lab("down", "--no-check");
    registry.kill("SIGKILL");
    plant.end();
  });

  /** Builds a version of the application and lets the tag of production name it. */
  function release(says: string, entry = "/bin/busybox"): void {
    const www = join(plant.folder, "www");
    mkdirSync(www, { recursive: true });
    writeFileSync(join(www, "index.html"), says);
    const store = ["--root", join(plant.folder, "store"), "--runroot", join(plant.folder, "run")];
    const buildah = (...words: string[]): string =>
      execFileSync("buildah", [...store, ...words], { encoding: "utf8" }).trim();
    const name = buildah("from", "scratch");
    buildah("copy", "--chmod", "0755", name, "/bin/busybox", "/bin/busybox");
    buildah("copy", name, www, "/www");
    buildah("config", "--entrypoint", JSON.stringify([entry, "httpd", "-f", "-h", "/www"]), name);
    buildah("commit", "--quiet", name, `oci:${join(plant.folder, "oci")}:latest`);
    buildah("rm", name);
    execFileSync("skopeo", [
      "copy",
      "--quiet",
      "--dest-tls-verify=false",
      `oci:${join(plant.folder, "oci")}:latest`,
      `docker://127.0.0.1:5055/hello:prod`,
    ]);
  }

  const asked = (port: number) =>
    lab.shell("hmi-01", `curl --silent --max-time 20 http://127.0.0.1:${port}/`);
  const running = () => lab.shell("hmi-01", "podman ps --format '{{.Names}}' | sort");

  it("runs what its tag names, goes back from a version that does not start, and takes the next one", async () => {
    await eventually(
      () => asked(8082),
      (text) => text === "one",
      300_000,
    );
    release("two", "/bin/busybocks");
    expect(await lab.shell("hmi-01", "podman auto-update --format '{{.Unit}} {{.Updated}}'")).toMatch(
      /hello\.service rolled back/,
    );
    await eventually(
      () => asked(8082),
      (text) => text === "one",
    );
    release("three");
    expect(await lab.shell("hmi-01", "podman auto-update --format '{{.Unit}} {{.Updated}}'")).toMatch(
      /hello\.service true/,
    );
    await eventually(
      () => asked(8082),
      (text) => text === "three",
    );
  });

  it("runs without root what names a user, while nobody of that name is logged in", async () => {
    await eventually(
      () => asked(8083),
      (text) => text === "one",
      300_000,
    );
    expect(await lab.shell("hmi-01", "ps -o user= -p $(pgrep -f 'httpd.*-p 8083')")).toMatch(
      /^(plant|2\d{5})$/m,
    );
  });

  it("runs nothing while nobody asks, answers the first who does, and stops again", async () => {
    expect(await running()).toBe("hello");
    expect(await asked(8080)).not.toBe("");
    expect(await running()).toBe("hello\nlazy");
    await eventually(running, (names) => names === "hello");
    expect(await asked(8080)).not.toBe("");
  });
});

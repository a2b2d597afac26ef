// Applications beside the cluster: what podman and systemd are told, for Debian 12 in plain units and elsewhere in container files.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDocuments } from "../../src/profile/index.js";
import { LIBRARY_FOLDER } from "../../src/sources/index.js";
import { need } from "../golden/tools.js";
import { graphOf, plant } from "./plant.js";

const APPLICATIONS = `  hmi:
    applications:
      hello: { image: "registry.site:5000/hello:prod", update: auto, ports: ["8080:80"], environment: { GREETING: 'good "day" 100% $HOME' }, volumes: ["/srv/data:/data:ro"] }
      lazy: { image: "registry.site:5000/lazy:1", command: [serve, --fast], onDemand: { listen: 8081, port: 8082, idle: 10s } }
      quiet: { image: "registry.site:5000/quiet:1", user: quiet }
`;

async function layerOf(debian: "bookworm" | "trixie") {
  const set = await plant((text) =>
    text.replace("  hmi:\n", APPLICATIONS).replace("debian: bookworm", `debian: ${debian}`),
  );
  const { layers } = await graphOf(set);
  return layers.find(({ address }) => address === "role/hmi");
}

async function filesOf(debian: "bookworm" | "trixie"): Promise<Map<string, string>> {
  const layer = await layerOf(debian);
  return new Map(
    layer?.files.map((file) => [
      file.path,
      "link" in file ? `-> ${file.link}` : Buffer.from(file.content).toString(),
    ]),
  );
}

describe("applications", () => {
  test("are plain units in Debian 12, whose podman reads no container files", async () => {
    const files = await filesOf("bookworm");
    const unit = files.get("/usr/lib/systemd/system/hello.service") ?? "";
    expect(unit).toContain(
      'ExecStart=/usr/bin/podman run --detach --rm --replace --sdnotify=conmon --name=hello --label=io.containers.autoupdate=registry --publish=8080:80 --volume=/srv/data:/data:ro "--env=GREETING=good \\"day\\" 100%% $$HOME" registry.site:5000/hello:prod\n',
    );
    expect(files.get("/usr/lib/systemd/system/multi-user.target.wants/hello.service")).toBe(
      "-> ../hello.service",
    );
    expect(files.get("/usr/lib/dcn-ha/image/pull/roles-hmi")).toBe(
      "registry.site:5000/hello:prod\nregistry.site:5000/lazy:1\n",
    );
    expect([...files.keys()].filter((path) => path.startsWith("/usr/share/containers"))).toEqual([]);
  });

  test("are container files where podman reads them", async () => {
    const files = await filesOf("trixie");
    expect(files.get("/usr/share/containers/systemd/hello.container")).toContain(
      '[Container]\nContainerName=hello\nImage=registry.site:5000/hello:prod\nAutoUpdate=registry\nPublishPort=8080:80\nVolume=/srv/data:/data:ro\nEnvironment="GREETING=good \\"day\\" 100%% $$HOME"\n',
    );
    expect(files.get("/etc/containers/systemd/users/quiet.container")).toContain("ConditionUser=quiet");
    expect(files.has("/usr/lib/systemd/system/hello.service")).toBe(false);
  });

  test("that are asked for on demand have no start of their own, and stop with the proxy", async () => {
    const files = await filesOf("bookworm");
    expect(files.get("/usr/lib/systemd/system/lazy-proxy.socket")).toContain(
      "ListenStream=8081\nFreeBind=yes\n",
    );
    expect(files.get("/usr/lib/systemd/system/lazy-proxy.service")).toContain(
      "--exit-idle-time=10s 127.0.0.1:8082\n",
    );
    expect(files.get("/usr/lib/systemd/system/lazy.service")).toContain("StopWhenUnneeded=yes\n");
    expect(files.has("/usr/lib/systemd/system/multi-user.target.wants/lazy.service")).toBe(false);
    expect(files.get("/usr/lib/systemd/system/sockets.target.wants/lazy-proxy.socket")).toBe(
      "-> ../lazy-proxy.socket",
    );
  });

  test("without root have a user with ids of its own, who runs while nobody is logged in", async () => {
    const files = await filesOf("bookworm");
    expect(files.get("/usr/lib/systemd/user/quiet.service")).toContain("ConditionUser=quiet\n");
    expect(files.get("/usr/lib/sysusers.d/20-dcn-ha-roles-hmi.conf")).toBe(
      'u quiet - "Applications of quiet" /var/home/quiet /bin/sh\n',
    );
    expect(files.get("/usr/lib/tmpfiles.d/20-dcn-ha-roles-hmi.conf")).toContain(
      "f /var/lib/systemd/linger/quiet ",
    );
    expect(files.get("/etc/subuid")).toBe("quiet:200000:65536\n");
    expect((await layerOf("bookworm"))?.packages).toEqual(["dbus-user-session", "slirp4netns", "uidmap"]);
    expect((await layerOf("trixie"))?.packages).toContain("passt");
  });

  test("with users in two parts of one image are refused: one file has the ids of all", () => {
    const text = readFileSync(join(LIBRARY_FOLDER, "images/plant.yaml"), "utf8")
      .replace("  hmi:\n", APPLICATIONS)
      .replace(
        "workload:\n",
        'workload:\n  applications:\n    other: { image: "registry.site:5000/other:1", user: other }\n',
      );
    const { findings } = parseDocuments([{ file: "plant.yaml", text }]);
    expect(findings.map(({ code }) => code)).toEqual(["USERS_IN_TWO_PARTS"]);
    expect(findings[0]?.text).toContain("workload and roles hmi");
  });

  test("update themselves only where they are asked to", async () => {
    const mask = "/etc/systemd/system/podman-auto-update.timer";
    const linkOf = async (edit: (text: string) => string) => {
      const { layers } = await graphOf(await plant(edit));
      return layers.flatMap(({ files }) => files).filter(({ path }) => path === mask);
    };
    expect(await linkOf((text) => text)).toHaveLength(1);
    expect(await linkOf((text) => text.replace("  hmi:\n", APPLICATIONS))).toEqual([]);
  });

  test("have units that systemd accepts", async (context) => {
    need(context, "systemd-analyze");
    const root = mkdtempSync(join(tmpdir(), "dcn-ha-applications-"));
    try {
      for (const [path, text] of await filesOf("bookworm")) {
        const target = join(root, path);
        mkdirSync(dirname(target), { recursive: true });
        if (text.startsWith("-> ")) symlinkSync(text.slice(3), target);
        else writeFileSync(target, text.replaceAll("/usr/bin/podman", "/bin/true"));
      }
      const units = ["hello.service", "lazy.service", "lazy-proxy.service", "lazy-proxy.socket"];
      const run = spawnSync(
        "systemd-analyze",
        ["verify", ...units.map((unit) => join(root, "usr/lib/systemd/system", unit))],
        { encoding: "utf8" },
      );
      expect(run.stderr.split("\n").filter((line) => line.includes(root) || /hello|lazy/.test(line))).toEqual(
        [],
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

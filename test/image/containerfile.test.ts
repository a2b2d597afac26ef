// The named rules of Containerfiles: they hold for every rendered file, and each one trips over a planted fault.
import { describe, expect, test } from "vitest";
import { checkContainerfiles } from "../../src/image/containerfile-rules.js";
import { type ImageFile, renderImages } from "../../src/image/index.js";
import type { ResolvedImageSet } from "../../src/profile/index.js";
import { checkGolden, graphOf, plant } from "./plant.js";

const LEAF = "/layers/role/hmi/site/site-1";

async function rendered(set?: ResolvedImageSet): Promise<ImageFile[]> {
  const one = set ?? (await plant());
  return [...renderImages("containerfile", await graphOf(one, { family: "rpm" }), { set: one.value }).files];
}

/** The example, rendered once. */
const example = rendered();

const codes = (files: readonly ImageFile[]): string[] => [
  ...new Set(checkContainerfiles(files, "centos-9").map(({ code }) => code)),
];

/** The files with another text at a path. */
function edited(files: readonly ImageFile[], path: string, edit: (text: string) => string): ImageFile[] {
  let found = false;
  const changed = files.map((file) => {
    if (file.path !== path || "link" in file) return file;
    found = true;
    return { ...file, content: edit(file.content.toString()) };
  });
  expect(found, path).toBe(true);
  return changed;
}

const added = (path: string, content = "x\n", mode = "0644"): ImageFile => ({ path, content, mode });

type Plant = (files: readonly ImageFile[]) => ImageFile[];
const packages =
  (edit: (text: string) => string): Plant =>
  (files) =>
    edited(files, "/layers/packages/Containerfile", edit);
const leaf =
  (edit: (text: string) => string): Plant =>
  (files) =>
    edited(files, `${LEAF}/Containerfile`, edit);
const plus =
  (...more: ImageFile[]): Plant =>
  (files) => [...files, ...more];
const without =
  (part: string): Plant =>
  (files) =>
    files.filter(({ path }) => !path.includes(part));

const faults: readonly (readonly [code: string, what: string, fault: Plant])[] = [
  [
    "CONTAINERFILE_PARENT",
    "a parent without tag",
    leaf((text) => text.replace(/(ARG PARENT=.*):[0-9a-f]+/, "$1")),
  ],
  ["CONTAINERFILE_PARENT", "a second stage", leaf((text) => `FROM scratch\n${text}`)],
  [
    "CONTAINERFILE_REPOSITORY",
    "no repository",
    packages((text) => text.replace(" --enablerepo=highavailability", "")),
  ],
  [
    "CONTAINERFILE_REPOSITORY",
    "subscription-manager",
    packages((text) => `${text}RUN subscription-manager repos --enable ha\n`),
  ],
  ["CONTAINERFILE_CLEAN", "logs of the installation", packages((text) => text.replace("/var/log/*", ""))],
  [
    "CONTAINERFILE_KEYS",
    "host keys of the installation",
    packages((text) => text.replace("/etc/ssh/ssh_host_*", "")),
  ],
  ["CONTAINERFILE_VAR", "a file in /var", plus(added(`${LEAF}/root/var/lib/x`))],
  ["CONTAINERFILE_VAR", "a volume", leaf((text) => `VOLUME /var/lib\n${text}`)],
  ["CONTAINERFILE_IDENTITY", "a corosync.conf", plus(added(`${LEAF}/root/etc/corosync/corosync.conf`))],
  ["CONTAINERFILE_IDENTITY", "a machine-id", plus(added(`${LEAF}/root/etc/machine-id`))],
  ["CONTAINERFILE_IDENTITY", "a key made in the build", packages((text) => `${text}RUN corosync-keygen\n`)],
  [
    "CONTAINERFILE_SECRET",
    "a password in the build",
    packages((text) => `${text}RUN echo password=hunter2\n`),
  ],
  [
    "CONTAINERFILE_SECRET",
    "a hash of one",
    plus(added(`${LEAF}/root/usr/lib/sysusers.d/x.conf`, "hacluster:$6$ab$cd\n")),
  ],
  [
    "CONTAINERFILE_SECRET",
    "a private key",
    plus(added(`${LEAF}/root/etc/pki/x`, "-----BEGIN PRIVATE KEY-----\n")),
  ],
  [
    "CONTAINERFILE_CLUSTER_STARTS",
    "a link that starts Pacemaker",
    plus({ path: `${LEAF}/root/etc/systemd/system/multi-user.target.wants/pacemaker.service`, link: "x" }),
  ],
  [
    "CONTAINERFILE_CLUSTER_STARTS",
    "an enabled corosync",
    packages((text) => `${text}RUN systemctl enable pcsd corosync\n`),
  ],
  ["CONTAINERFILE_MODES", "a mode that is not said", plus(added(`${LEAF}/root/etc/x`, "x", "0600"))],
  [
    "CONTAINERFILE_KERNEL_ARGUMENTS",
    "arguments that bootc cannot read",
    plus(added(`${LEAF}/root/usr/lib/bootc/kargs.d/x.toml`, "a=b\n")),
  ],
  ["CONTAINERFILE_KERNEL_ARGUMENTS", "a changed boot loader", leaf((text) => `RUN grubby --args=x\n${text}`)],
  [
    "CONTAINERFILE_HEALTH",
    "a check in /etc",
    plus(added(`${LEAF}/root/etc/greenboot/check/required.d/x.sh`, "x", "0755")),
  ],
  [
    "CONTAINERFILE_HEALTH",
    "a check that is no program",
    plus(added(`${LEAF}/root/usr/lib/greenboot/check/required.d/x.sh`)),
  ],
  [
    "CONTAINERFILE_HEALTH",
    "checks that ask a name server",
    packages((text) => text.replace("greenboot ", "greenboot-default-health-checks ")),
  ],
  ["CONTAINERFILE_USERS", "users without number", without("sysusers.d/10-dcn-ha-cluster")],
  [
    "CONTAINERFILE_USERS",
    "users after packages",
    packages((text) => text.replace(/systemd-sysusers \S+/, "true")),
  ],
  ["CONTAINERFILE_STATE", "no folder for the CIB", without("tmpfiles.d/20-dcn-ha-cluster")],
  ["CONTAINERFILE_UPDATES", "a timer that updates", without("bootc-fetch-apply-updates.timer")],
  [
    "CONTAINERFILE_LINT",
    "no lint at the end",
    leaf((text) => text.replace("RUN bootc container lint --fatal-warnings\n", "")),
  ],
];

describe("the rules of Containerfiles", () => {
  test("hold for the example", async () => {
    expect(checkContainerfiles(await example, "centos-9")).toEqual([]);
  });

  test.each(["centos-9", "centos-10", "rhel-9", "rhel-10", "fedora"])("hold for %s", async (distribution) => {
    const set = await plant((text) =>
      text.replace("distribution: centos-9", `distribution: ${distribution}`),
    );
    expect(checkContainerfiles(await rendered(set), distribution)).toEqual([]);
  });

  test.each(faults)("%s trips over %s", async (code, _, fault) => {
    expect(codes(fault(await example))).toEqual([code]);
  });

  test("each has a fault that trips it", () => {
    const all = new Set(faults.map(([code]) => code));
    expect([...all].sort()).toEqual([
      "CONTAINERFILE_CLEAN",
      "CONTAINERFILE_CLUSTER_STARTS",
      "CONTAINERFILE_HEALTH",
      "CONTAINERFILE_IDENTITY",
      "CONTAINERFILE_KERNEL_ARGUMENTS",
      "CONTAINERFILE_KEYS",
      "CONTAINERFILE_LINT",
      "CONTAINERFILE_MODES",
      "CONTAINERFILE_PARENT",
      "CONTAINERFILE_REPOSITORY",
      "CONTAINERFILE_SECRET",
      "CONTAINERFILE_STATE",
      "CONTAINERFILE_UPDATES",
      "CONTAINERFILE_USERS",
      "CONTAINERFILE_VAR",
    ]);
  });
});

describe("Containerfiles", () => {
  test("of the example are as they were (UPDATE_GOLDEN=1 writes anew)", async () => {
    const files = new Map(
      (await example).map((file) => [file.path, "link" in file ? "" : file.content.toString()]),
    );
    for (const address of ["packages", "configuration", "role/hmi/site/site-1"])
      checkGolden(
        `Containerfile.${address.replaceAll("/", "-")}`,
        (files.get(`/layers/${address}/Containerfile`) ?? "").replace(/\b[0-9a-f]{16}\b/g, "TAG"),
      );
  });

  test("stand on the base by its digest where the set or the lock file has one", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const set = await plant((text) =>
      text.replace("distribution: centos-9", `distribution: centos-9\n  digest: ${digest}`),
    );
    const graph = await graphOf(set, { family: "rpm" });
    const { files, findings } = renderImages("containerfile", graph, { set: set.value });
    const base = files.find(({ path }) => path === "/layers/base/Containerfile");
    expect(base).toMatchObject({ content: expect.stringContaining(`centos-bootc@${digest}`) as string });
    expect(findings).toEqual([]);
    const unpinned = await plant();
    expect(renderImages("containerfile", graph, { set: unpinned.value }).findings).toMatchObject([
      { severity: "warning", code: "BASE_NOT_PINNED" },
    ]);
  });

  test("pull what workloads start together with the system", async () => {
    const image = `registry.site/panel@sha256:${"b".repeat(64)}`;
    const set = await plant((text) => text.replace("workload:\n", `workload:\n  images: ["${image}"]\n`));
    const files = (await rendered(set)).filter(({ path }) => path.startsWith("/layers/workload/root/usr/"));
    expect(files).toMatchObject([
      { path: "/layers/workload/root/usr/lib/bootc/bound-images.d/dcn-ha-workload-0.image" },
      { content: `${image}\n` },
      { content: `[Image]\nImage=${image}\n` },
    ]);
  });
});

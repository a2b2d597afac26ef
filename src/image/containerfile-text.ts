// One layer as a Containerfile (Containerfile(5)) for a bootable container: which repositories, in which order, and cleaned up.
import type { ImageBase } from "../profile/index.js";
import type { Layer } from "./layer.js";

/** What the text needs besides the layer. */
export interface ContainerfileOptions {
  readonly set: string;
  readonly version: string;
  readonly base: ImageBase;
  /** What stands behind FROM: the layer below by its tag, or the base image. */
  readonly parent: string;
  /** Exact versions of packages, where a build pinned them. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Where the cluster's packages are: repository ids as the Ansible role ha_cluster names them; Fedora has them in its own. */
const REPOSITORY: Readonly<Record<string, string>> = {
  "centos-9": "highavailability",
  "centos-10": "highavailability",
  "rhel-9": 'rhel-9-for-"$(uname -m)"-highavailability-rpms',
  "rhel-10": 'rhel-10-for-"$(uname -m)"-highavailability-rpms',
};
/** What a package leaves behind that no image may have: /var is the device's own. */
const CLEAN = "dnf clean all && rm -rf /var/cache/* /var/log/* /var/lib/dnf /var/lib/pcsd/* /run/dnf";
const KEYS =
  "rm -f /etc/ssh/ssh_host_* /etc/corosync/corosync.conf /etc/corosync/authkey /etc/pacemaker/authkey";
const SYSUSERS = "/usr/lib/sysusers.d/10-dcn-ha-cluster.conf";
/** Units of both generations of greenboot; each image has those of one. */
const GREENBOOT_UNITS = [
  "greenboot-healthcheck.service",
  "greenboot-task-runner.service",
  "greenboot-status.service",
  "greenboot-grub2-set-counter.service",
  "greenboot-grub2-set-success.service",
  "greenboot-rpm-ostree-grub2-check-fallback.service",
  "redboot-auto-reboot.service",
  "redboot-task-runner.service",
  "greenboot-set-rollback-trigger.service",
  "greenboot-success.target",
];

/** The Containerfile's text. */
export function containerfile(layer: Layer, options: ContainerfileOptions): string {
  const { set, version, parent } = options;
  const head = [
    `# Layer ${layer.address} of the image set ${set}; rendered by dcn-ha, tag ${layer.tag}.`,
    `ARG PARENT=${parent}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Containerfile
    "FROM ${PARENT}",
  ];
  const labels = layer.kind === "site" ? siteLabels(layer, set, version) : [];
  const copy = layer.files.length === 0 ? [] : ["COPY root/ /"];
  const lint = layer.kind === "site" ? ["RUN bootc container lint --fatal-warnings"] : [];
  const body = [...copy, ...packageLines(layer, options), ...modeLines(layer), ...configurationLines(layer)];
  return `${[...head, ...labels, ...body, ...lint].join("\n")}\n`;
}

function siteLabels({ role = "", site = "", revision }: Layer, set: string, version: string): string[] {
  const labels = {
    "org.opencontainers.image.title": `${set}/${role}/${site}`,
    "org.opencontainers.image.version": version,
    ...(revision === "" ? {} : { "org.opencontainers.image.revision": revision }),
  };
  return Object.entries(labels).map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`);
}

function packageLines(layer: Layer, { base, versions }: ContainerfileOptions): string[] {
  if (layer.packages.length === 0) return [];
  const repository = REPOSITORY[base.distribution ?? ""];
  const enable = repository === undefined ? "" : ` --enablerepo=${repository}`;
  const packages = layer.packages.map((name) => (versions[name] ? `${name}-${versions[name]}` : name));
  // Users first: a package that makes them itself would take whatever number is free, and /var outlives the image.
  const users = layer.kind === "packages" ? [`systemd-sysusers ${SYSUSERS}`] : [];
  const install = `dnf -y${enable} --setopt=install_weak_deps=False install ${packages.join(" ")}`;
  return [`RUN ${[...users, install, KEYS, CLEAN].join(" \\\n && ")}`];
}

/** Git keeps no mode but the executable bit: what matters is said again. */
function modeLines({ files }: Layer): string[] {
  const special = files.flatMap((file) =>
    "link" in file || file.mode === "0644" || file.mode === "0755" ? [] : [`chmod ${file.mode} ${file.path}`],
  );
  return special.length === 0 ? [] : [`RUN ${special.join(" \\\n && ")}`];
}

function configurationLines({ kind }: Layer): string[] {
  if (kind !== "configuration") return [];
  return [
    "RUN systemd-sysusers /usr/lib/sysusers.d/10-dcn-ha.conf",
    "RUN if [ ! -L /usr/local ]; then mkdir -p /usr/local/lib && ln -sfn /usr/lib/dcn-ha /usr/local/lib/dcn-ha; fi",
    `RUN for unit in ${GREENBOOT_UNITS.join(" ")}; do \\
      if [ -e "/usr/lib/systemd/system/$unit" ]; then systemctl enable "$unit"; fi; \\
    done`,
  ];
}

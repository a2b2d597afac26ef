// What holds for every rendered Containerfile and the files beside it: named rules, which docs/images.md lists with their reasons.
import type { Finding } from "../errors/index.js";
import type { ImageFile } from "./image-file.js";

/** One layer as it was rendered. */
interface RenderedLayer {
  readonly address: string;
  readonly text: string;
  /** Files of the build context by the path that they get in the image. */
  readonly files: readonly ImageFile[];
}

type Say = (text: string) => void;
/** A rule is about one layer, or about a whole image: the layers of its line, the base first. */
interface Rule {
  readonly code: string;
  readonly layer?: (layer: RenderedLayer, say: Say, distribution: string) => void;
  readonly image?: (line: readonly RenderedLayer[], say: Say) => void;
}

const IDENTITY =
  /^\/etc\/(machine-id|hostname|shadow|gshadow|corosync\/|pacemaker\/authkey|ssh\/ssh_host_|dcn-ha\/(secrets|gate\.json|provision))/;
const DEVICE_OWN =
  /^\/(var|run|tmp|boot|home|root|mnt|media|srv|proc|sys|dev|sysroot|ostree|usr\/local|usr\/etc)(\/|$)/;
const SECRET =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\$(1|5|6|y|2[aby])\$[./A-Za-z0-9]{2,}\$|(?<!NO)passw(or)?d *[=:] *["']?[^\s"'{<]/i;
const CLUSTER_UNIT =
  /(^|\/)(corosync|corosync-qdevice|pacemaker|pacemaker_remote|sbd|dcn-ha-gate)\.(service|socket)$/;
const TIMERS = ["bootc-fetch-apply-updates.timer", "rpm-ostreed-automatic.timer"];
const CHECKS = "/usr/lib/greenboot/check/";
/** Its required check asks a name server: a network that is down would take a good image back. */
const NETWORK_CHECKS = "greenboot-default-health-checks";

const rules: readonly Rule[] = [
  {
    code: "CONTAINERFILE_PARENT",
    layer: ({ text }, say) => {
      const parent = /^ARG PARENT=(\S+)$/m.exec(text)?.[1] ?? "";
      const froms = text.match(/^FROM .*$/gm) ?? [];
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Containerfile
      if (froms.length !== 1 || froms[0] !== "FROM ${PARENT}") say("it does not stand on exactly one parent");
      if (!/(@sha256:[0-9a-f]{64}|:[A-Za-z0-9._-]+)$/.test(parent))
        say(`its parent ${parent} has neither tag nor digest`);
    },
  },
  {
    code: "CONTAINERFILE_REPOSITORY",
    layer: ({ text }, say, distribution) => {
      if (/subscription-manager|config-manager|dnf-command/.test(text))
        say("it changes repositories: --enablerepo holds for one installation and leaves nothing behind");
      for (const run of text.match(/^RUN (?:.*\\\n)*.*dnf .*install .*\bpacemaker\b/gm) ?? [])
        if (!run.includes("--enablerepo=") && distribution !== "fedora")
          say("it installs Pacemaker from no repository for it");
    },
  },
  {
    code: "CONTAINERFILE_CLEAN",
    layer: ({ text }, say) => {
      for (const run of runsOf(text))
        if (
          /\bdnf\b.* install /.test(run) &&
          !(run.includes("dnf clean all") && /rm -rf [^&]*\/var\/log\/\*/.test(run))
        )
          say("what an installation leaves in /var stays in the layer");
    },
  },
  {
    code: "CONTAINERFILE_KEYS",
    layer: ({ text }, say) => {
      for (const run of runsOf(text))
        if (/\bdnf\b.* install /.test(run) && !/rm -f [^&]*\/etc\/ssh\/ssh_host_\*/.test(run))
          say("keys that packages make while they are installed stay in the layer");
    },
  },
  {
    code: "CONTAINERFILE_VAR",
    layer: ({ files, text }, say) => {
      for (const { path } of files) if (DEVICE_OWN.test(path)) say(`${path} is the device's own`);
      if (/^VOLUME\b/m.test(text)) say("a volume of an image is a copy of its first version for ever");
    },
  },
  {
    code: "CONTAINERFILE_IDENTITY",
    layer: ({ files, text }, say) => {
      for (const { path } of files)
        if (IDENTITY.test(path)) say(`${path} is of one device or group, or secret`);
      if (/\b(hostnamectl|systemd-machine-id-setup|ssh-keygen|corosync-keygen|pcs cluster)\b/.test(text))
        say("it makes an identity while it is built: all devices would share it");
    },
  },
  {
    code: "CONTAINERFILE_SECRET",
    layer: ({ files, text }, say) => {
      if (SECRET.test(text)) say("there is a password or private key in it");
      for (const file of files)
        if (!("link" in file) && isText(file.path) && SECRET.test(textOf(file)))
          say(`${file.path} holds a password or private key`);
    },
  },
  {
    code: "CONTAINERFILE_CLUSTER_STARTS",
    layer: ({ files, text }, say) => {
      for (const file of files)
        if (
          "link" in file &&
          file.link !== "/dev/null" &&
          /\.(wants|requires)\//.test(file.path) &&
          CLUSTER_UNIT.test(file.path)
        )
          say(`${file.path} starts the cluster before first boot knows the node`);
      for (const [, units = ""] of text.matchAll(/systemctl (?:enable|preset) ([^&;\n]*)/g))
        if (units.split(/[\s"]+/).some((unit) => /^(corosync|pacemaker|sbd)(\.service)?$/.test(unit)))
          say("it enables the cluster before first boot knows the node");
    },
  },
  {
    code: "CONTAINERFILE_MODES",
    layer: ({ files, text }, say) => {
      for (const file of files)
        if (
          !("link" in file) &&
          !["0644", "0755"].includes(file.mode) &&
          !text.includes(`chmod ${file.mode} ${file.path}`)
        )
          say(`${file.path} needs the mode ${file.mode}, which a copy out of Git does not keep`);
    },
  },
  {
    code: "CONTAINERFILE_KERNEL_ARGUMENTS",
    layer: ({ files, text }, say) => {
      for (const file of files)
        if (
          !("link" in file) &&
          file.path.startsWith("/usr/lib/bootc/kargs.d/") &&
          !/^kargs = \[("[^"]+"(, )?)+\]\n$/.test(textOf(file))
        )
          say(`${file.path} is no list of kernel arguments`);
      if (/grubby|grub2-mkconfig|\/etc\/default\/grub/.test(text))
        say("it changes a boot loader that an image does not have");
    },
  },
  {
    code: "CONTAINERFILE_HEALTH",
    layer: ({ files, text }, say) => {
      if (text.includes(NETWORK_CHECKS))
        say(`${NETWORK_CHECKS} takes an image back when a name server is down`);
      for (const file of files) {
        if (file.path.startsWith("/etc/greenboot/check/"))
          say(`${file.path} would not go back with the image`);
        const check = file.path.startsWith(CHECKS) && !("link" in file);
        if (check && (file.mode !== "0755" || !file.path.endsWith(".sh")))
          say(`${file.path}: greenboot runs executable files with the ending .sh`);
      }
    },
  },
  {
    code: "CONTAINERFILE_USERS",
    image: (line, say) => {
      const users = filesOf(line)
        .filter(({ path }) => path.startsWith("/usr/lib/sysusers.d/"))
        .map(textOf)
        .join("");
      for (const user of ["hacluster 189:189", "dcn-ha 900"])
        if (!users.includes(`u ${user} `))
          say(`no sysusers.d file gives ${user.replace(/ .*/, "")} its number`);
      const packages = line.find(({ text }) => /\bdnf\b.* install .*\bpacemaker\b/.test(text))?.text ?? "";
      if (
        packages.indexOf("systemd-sysusers") < 0 ||
        packages.indexOf("systemd-sysusers") > packages.indexOf("dnf ")
      )
        say("the cluster's user is made after the packages that want it");
    },
  },
  {
    code: "CONTAINERFILE_STATE",
    image: (line, say) => {
      const folders = filesOf(line)
        .filter(({ path }) => path.startsWith("/usr/lib/tmpfiles.d/"))
        .map(textOf)
        .join("");
      for (const folder of [
        "/var/lib/pacemaker/cib 0750 hacluster haclient",
        "/var/lib/corosync 0700",
        "/var/lib/pcsd 0700",
      ])
        if (!folders.includes(`d ${folder}`)) say(`no tmpfiles.d file makes ${folder.replace(/ .*/, "")}`);
    },
  },
  {
    code: "CONTAINERFILE_UPDATES",
    image: (line, say) => {
      const files = filesOf(line);
      for (const timer of TIMERS)
        if (
          !files.some(
            (file) =>
              file.path === `/etc/systemd/system/${timer}` && "link" in file && file.link === "/dev/null",
          )
        )
          say(`${timer} is not masked: devices would reboot by themselves`);
    },
  },
  {
    code: "CONTAINERFILE_LINT",
    image: (line, say) => {
      const last = line.at(-1)?.text.trimEnd().split("\n").at(-1);
      if (last !== "RUN bootc container lint --fatal-warnings")
        say("it does not end with bootc container lint");
    },
  },
];

/** What the rendered files for a distribution break; nothing where all rules hold. */
export function checkContainerfiles(files: readonly ImageFile[], distribution: string): Finding[] {
  const layers = readLayers(files);
  const findings: Finding[] = [];
  for (const { code, layer: aboutLayer, image: aboutImage } of rules) {
    const say = (subject: string) => (text: string) => {
      findings.push({ severity: "error", code, subject, text });
    };
    for (const layer of layers) {
      aboutLayer?.(layer, say(layer.address), distribution);
      if (layer.address.includes("/site/")) aboutImage?.(lineOf(layer, layers), say(layer.address));
    }
  }
  return findings;
}

function readLayers(files: readonly ImageFile[]): RenderedLayer[] {
  return files.flatMap((file) => {
    const address = /^\/layers\/(.+)\/Containerfile$/.exec(file.path)?.[1];
    if (address === undefined || "link" in file) return [];
    const root = `/layers/${address}/root`;
    const own = files.filter(({ path }) => path.startsWith(`${root}/`));
    return [
      {
        address,
        text: textOf(file),
        files: own.map((one) => ({ ...one, path: one.path.slice(root.length) })),
      },
    ];
  });
}

/** The layers of an image by their addresses, the base first. */
function lineOf(leaf: RenderedLayer, layers: readonly RenderedLayer[]): RenderedLayer[] {
  const role = leaf.address.slice(0, leaf.address.indexOf("/site/"));
  const line = ["base", "packages", "configuration", "workload", role, leaf.address];
  return line.flatMap((address) => layers.find((layer) => layer.address === address) ?? []);
}

function filesOf(line: readonly RenderedLayer[]): ImageFile[] {
  return line.flatMap(({ files }) => files);
}

function runsOf(text: string): string[] {
  return text.match(/^RUN (?:.*\\\n)*.*$/gm) ?? [];
}

function textOf(file: ImageFile): string {
  if ("link" in file) return "";
  return typeof file.content === "string" ? file.content : new TextDecoder().decode(file.content);
}

/** Programs of ours speak of passwords and hold none. */
function isText(path: string): boolean {
  return !path.startsWith("/usr/lib/dcn-ha/") || path.startsWith("/usr/lib/dcn-ha/image/");
}

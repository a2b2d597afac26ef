// Applications that run on a node beside the cluster: units for podman from one description (podman-systemd.unit(5), systemd.service(5),
// podman-auto-update(1), systemd-socket-proxyd(8)). What the cluster manages is a workload of a group, never one of these.
import type { ImageApplication } from "../profile/index.js";
import { IMAGE_FOLDER } from "./group-folder.js";
import { type ImageFile, textFile } from "./image-file.js";

/** What decides the form of the units. */
export interface ApplicationPlace {
  /** Podman 4.4 and later read container files themselves; before that there are plain units. */
  readonly quadlet: boolean;
}

const SYSTEM = "/usr/lib/systemd/system";
const USER = "/usr/lib/systemd/user";

/** The files of all applications of one part of an image set. `part` names the list of what is pulled in advance. */
export function applicationFiles(
  part: string,
  applications: Readonly<Record<string, ImageApplication>> | undefined,
  place: ApplicationPlace,
): ImageFile[] {
  const all = Object.entries(applications ?? {});
  if (all.length === 0) return [];
  const pulled = all.filter(([, { user }]) => user === undefined).map(([, { image }]) => `${image}\n`);
  return [
    ...all.flatMap(([name, application]) => filesOf(name, application, place)),
    ...(pulled.length === 0 ? [] : [textFile(`${IMAGE_FOLDER}/pull/${part}`, pulled.join(""))]),
    ...users(
      part,
      all.flatMap(([, { user }]) => user ?? []),
    ),
  ];
}

/** Whether one of them is brought up to date by podman itself. */
export function updatesItself(applications: Readonly<Record<string, ImageApplication>> | undefined): boolean {
  return Object.values(applications ?? {}).some(({ update }) => update === "auto");
}

/** Whether one of them runs without root. */
export function rootless(applications: Readonly<Record<string, ImageApplication>> | undefined): boolean {
  return Object.values(applications ?? {}).some(({ user }) => user !== undefined);
}

function filesOf(name: string, application: ImageApplication, place: ApplicationPlace): ImageFile[] {
  const { user, onDemand } = application;
  const folder = user === undefined ? SYSTEM : USER;
  const starts = onDemand === undefined;
  const target = user === undefined ? "multi-user.target" : "default.target";
  const main = place.quadlet
    ? textFile(quadletPath(name, user), quadlet(name, application, target))
    : textFile(`${folder}/${name}.service`, plainUnit(name, application));
  const link = { path: `${folder}/${target}.wants/${name}.service`, link: `../${name}.service` };
  return [
    main,
    ...(starts && !place.quadlet ? [link] : []),
    ...(onDemand === undefined ? [] : onDemandFiles(name, folder, onDemand)),
  ];
}

function quadletPath(name: string, user: string | undefined): string {
  return user === undefined
    ? `/usr/share/containers/systemd/${name}.container`
    : `/etc/containers/systemd/users/${name}.container`;
}

/** What stands in both forms before the container itself. */
function unitLines(name: string, { user, onDemand }: ImageApplication): string[] {
  const pull = user === undefined ? " dcn-ha-pull.service" : "";
  return [
    "[Unit]",
    `Description=Application ${name}`,
    `Wants=network-online.target${pull}`,
    `After=network-online.target${pull}`,
    ...(user === undefined ? [] : [`ConditionUser=${user}`]),
    ...(onDemand === undefined ? [] : ["StopWhenUnneeded=yes"]),
  ];
}

function serviceLines({ onDemand }: ImageApplication): string[] {
  // Whoever asked first waits until somebody answers inside.
  const ready =
    onDemand === undefined
      ? []
      : [
          `ExecStartPost=/bin/sh -c 'n=0; until python3 /usr/lib/ocf/resource.d/dcn-ha/probe-connect tcp 1000 127.0.0.1 ${onDemand.port} 2>/dev/null; do n=$$((n + 1)); [ "$$n" -lt 300 ] || exit 1; sleep 0.1; done'`,
        ];
  return [...ready, "Restart=on-failure", "RestartSec=5", "TimeoutStartSec=300"];
}

function quadlet(name: string, application: ImageApplication, target: string): string {
  const { image, command = [], environment = {}, ports = [], volumes = [], update, onDemand } = application;
  return lines([
    ...unitLines(name, application),
    "[Container]",
    `ContainerName=${name}`,
    `Image=${image}`,
    ...(update === "auto" ? ["AutoUpdate=registry"] : []),
    ...portsOf(ports, onDemand).map((port) => `PublishPort=${port}`),
    ...volumes.map((volume) => `Volume=${volume}`),
    ...Object.entries(environment).map(([key, value]) => `Environment=${word(`${key}=${value}`)}`),
    ...(command.length === 0 ? [] : [`Exec=${command.map(word).join(" ")}`]),
    "[Service]",
    ...serviceLines(application),
    ...(onDemand === undefined ? ["[Install]", `WantedBy=${target}`] : []),
  ]);
}

/** As podman-generate-systemd(1) writes them with --new. */
function plainUnit(name: string, application: ImageApplication): string {
  const { image, command = [], environment = {}, ports = [], volumes = [], update, onDemand } = application;
  const words = [
    ...["run", "--detach", "--rm", "--replace", "--sdnotify=conmon", `--name=${name}`],
    ...(update === "auto" ? ["--label=io.containers.autoupdate=registry"] : []),
    ...portsOf(ports, onDemand).map((port) => `--publish=${port}`),
    ...volumes.map((volume) => `--volume=${volume}`),
    ...Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`),
    image,
    ...command,
  ];
  return lines([
    ...unitLines(name, application),
    "[Service]",
    "Type=notify",
    "NotifyAccess=all",
    "Environment=PODMAN_SYSTEMD_UNIT=%n",
    `ExecStart=/usr/bin/podman ${words.map(word).join(" ")}`,
    `ExecStop=/usr/bin/podman stop --ignore --time=10 ${name}`,
    `ExecStopPost=-/usr/bin/podman rm --force --ignore ${name}`,
    ...serviceLines(application),
  ]);
}

/** One that is asked for on demand is reached through the proxy alone. */
function portsOf(ports: readonly string[], onDemand: ImageApplication["onDemand"]): readonly string[] {
  return onDemand === undefined ? ports : [...ports, `127.0.0.1:${onDemand.port}:${onDemand.port}`];
}

/** A socket that starts it, and a proxy whose end after idle time lets it stop: nothing runs while nobody asks. */
function onDemandFiles(
  name: string,
  folder: string,
  { listen, port, idle = "30s" }: NonNullable<ImageApplication["onDemand"]>,
): ImageFile[] {
  const socket = lines([
    "[Unit]",
    `Description=Application ${name}: starts it when somebody asks`,
    "[Socket]",
    `ListenStream=${listen}`,
    "FreeBind=yes",
  ]);
  const proxy = lines([
    "[Unit]",
    `Description=Application ${name}: whoever asked, until nobody does`,
    `Requires=${name}.service ${name}-proxy.socket`,
    `After=${name}.service ${name}-proxy.socket`,
    "[Service]",
    "Type=notify",
    `ExecStart=/usr/lib/systemd/systemd-socket-proxyd --exit-idle-time=${idle} 127.0.0.1:${port}`,
  ]);
  return [
    textFile(`${folder}/${name}-proxy.socket`, socket),
    textFile(`${folder}/${name}-proxy.service`, proxy),
    { path: `${folder}/sockets.target.wants/${name}-proxy.socket`, link: `../${name}-proxy.socket` },
  ];
}

/** Users whose applications run without root: made at boot, with a range of ids of their own, and running while nobody is logged in. */
function users(part: string, names: readonly string[]): ImageFile[] {
  const all = [...new Set(names)].sort();
  if (all.length === 0) return [];
  const sysusers = all.map((user) => `u ${user} - "Applications of ${user}" /var/home/${user} /bin/sh\n`);
  const tmpfiles = all.flatMap((user) => [
    `d /var/home/${user} 0700 ${user} ${user} -\n`,
    `f /var/lib/systemd/linger/${user} 0644 root root -\n`,
  ]);
  const ranges = all.map((user, index) => `${user}:${200_000 + index * 65_536}:65536\n`);
  return [
    textFile(`/usr/lib/sysusers.d/20-dcn-ha-${part}.conf`, sysusers.join("")),
    textFile(`/usr/lib/tmpfiles.d/20-dcn-ha-${part}.conf`, tmpfiles.join("")),
    textFile("/etc/subuid", ranges.join("")),
    textFile("/etc/subgid", ranges.join("")),
  ];
}

/** One word of a command line in a unit (systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers"). */
function word(text: string): string {
  const plain = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[A-Za-z0-9_@%+=:,./$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}

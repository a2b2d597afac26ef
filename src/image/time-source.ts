// The files by which a site's clocks follow NTP (chrony.conf(5)) or PTP (ptp4l(8), phc2sys(8)).
import type { ImageSite } from "../profile/index.js";
import { type ImageFile, textFile } from "./image-file.js";
import type { Family } from "./packages.js";

/** What a time source brings into an image. */
export interface TimeSource {
  readonly files: readonly ImageFile[];
  readonly packages: readonly string[];
  readonly enable: readonly string[];
  readonly mask: readonly string[];
}

const CHRONY = {
  debian: { file: "/etc/chrony/chrony.conf", drift: "/var/lib/chrony/chrony.drift", unit: "chrony.service" },
  rpm: { file: "/etc/chrony.conf", drift: "/var/lib/chrony/drift", unit: "chronyd.service" },
} as const;
const PTP_CONF = "/usr/lib/dcn-ha/image/ptp4l.conf";
const UNITS = "/usr/lib/systemd/system";

/** The files of a site's time source; nothing for a site without one. */
export function timeSource(time: ImageSite["time"], family: Family): TimeSource {
  if (time?.ptp !== undefined) return ptp(time.ptp, family);
  return time?.ntp === undefined ? { files: [], packages: [], enable: [], mask: [] } : ntp(time.ntp, family);
}

function ntp(servers: readonly string[], family: Family): TimeSource {
  const { file, drift, unit } = CHRONY[family];
  const lines = [
    ...servers.map((server) => `server ${server} iburst`),
    `driftfile ${drift}`,
    "# A board without a clock of its own starts years behind.",
    "makestep 1.0 3",
    "rtcsync",
  ];
  return {
    files: [textFile(file, `# The time source of the site.\n${lines.join("\n")}\n`)],
    packages: ["chrony"],
    enable: [unit],
    mask: [],
  };
}

/** Of two programs that set one clock, the other one is wrong: chronyd does not run beside phc2sys. */
function ptp(source: NonNullable<NonNullable<ImageSite["time"]>["ptp"]>, family: Family): TimeSource {
  const { interface: name, domain = 0, transport = "UDPv4" } = source;
  const conf = [
    "# The time source of the site: this device follows and never leads.",
    "[global]",
    "clientOnly 1",
    `domainNumber ${domain}`,
    `network_transport ${transport}`,
    `[${name}]`,
  ];
  const service = (what: string, command: string, after: string): string =>
    [
      "[Unit]",
      `Description=dcn-ha: ${what}`,
      `After=${after}`,
      "Before=time-sync.target",
      "[Service]",
      `ExecStart=${command}`,
      "Restart=always",
      "RestartSec=5",
      "[Install]",
      "WantedBy=multi-user.target",
      "",
    ].join("\n");
  return {
    files: [
      textFile(PTP_CONF, `${conf.join("\n")}\n`),
      textFile(
        `${UNITS}/dcn-ha-ptp4l.service`,
        service("the network card's clock follows PTP", `/usr/sbin/ptp4l -f ${PTP_CONF}`, "network.target"),
      ),
      textFile(
        `${UNITS}/dcn-ha-phc2sys.service`,
        service(
          "the system's clock follows the network card's",
          "/usr/sbin/phc2sys -a -r",
          "dcn-ha-ptp4l.service",
        ),
      ),
    ],
    packages: ["linuxptp"],
    enable: ["dcn-ha-ptp4l.service", "dcn-ha-phc2sys.service"],
    mask: [CHRONY[family].unit],
  };
}

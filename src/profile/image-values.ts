// The grammar of single values in image sets: paths in an image, modes, units, packages, kernel arguments (file-hierarchy(7), systemd.unit(5)).
import { checkedText, imageFault, type ValueFault } from "./values.js";

/** What an image never holds: it would be the same on every device, or it would be a secret in a file that many can read. */
const IDENTITY = [
  /^\/etc\/corosync\/(corosync\.conf|authkey|uidgid\.d\/.*|qdevice\/.*|qnetd\/.*)$/,
  /^\/etc\/pacemaker\/authkey$/,
  /^\/etc\/(machine-id|machine-info|hostname|shadow-?|gshadow-?)$/,
  /^\/etc\/ssh\/ssh_host_/,
  /^\/etc\/dcn-ha\/(?!.*\.d\/)/,
  /^\/etc\/booth\/.*(auth)?key$/,
];
/** Folders that an image does not bring: they are the device's own, or made at each boot. */
const NOT_OURS =
  /^\/(var|run|tmp|proc|sys|dev|boot|home|root|mnt|media|sysroot|ostree|usr\/local|usr\/etc)(\/|$)/;
const PLAIN_PATH = /^(\/[A-Za-z0-9@_+:,=~.-]+)+$/;
const UNIT = /^[A-Za-z0-9:_.\\-]+(@[A-Za-z0-9:_.\\-]*)?\.(service|socket|timer|path|mount|target)$/;
/** Units that start when a cluster was formed, and not before. */
const FORMED =
  /^(corosync|corosync-qdevice|corosync-qnetd|pacemaker|pacemaker_remote|sbd|dcn-ha-gate)\.(service|socket)$/;

/** A path that an image may bring. */
export function imagePathFault(text: string): ValueFault | undefined {
  const steps = text.split("/");
  if (!PLAIN_PATH.test(text) || steps.includes("..") || steps.includes("."))
    return { code: "BAD_IMAGE_PATH", text: `"${text}" is no plain absolute path` };
  if (IDENTITY.some((one) => one.test(text)))
    return { code: "IDENTITY_IN_IMAGE", text: `${text} is of one device or secret: it comes at first boot` };
  if (NOT_OURS.test(text) || !/^\/(etc|usr|opt)\//.test(text))
    return { code: "IMAGE_PATH_NOT_ALLOWED", text: `${text}: an image brings files below /usr and /etc` };
  return undefined;
}

function unitFault(text: string): ValueFault | undefined {
  if (UNIT.test(text)) return undefined;
  return { code: "BAD_UNIT", text: `"${text}" is no unit, as chronyd.service` };
}

function enabledUnitFault(text: string): ValueFault | undefined {
  if (!FORMED.test(text)) return unitFault(text);
  return { code: "IMAGE_STARTS_CLUSTER", text: `${text} is started by first boot, when this node is known` };
}

function packageFault(text: string): ValueFault | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9+._-]*$/.test(text)) return undefined;
  return { code: "BAD_PACKAGE", text: `"${text}" is no name of a package` };
}

function argumentFault(text: string): ValueFault | undefined {
  if (!/^[A-Za-z0-9_.-]+(=[A-Za-z0-9_.,:;/@%+=*-]*)?$/.test(text))
    return { code: "BAD_KERNEL_ARGUMENT", text: `"${text}" is no kernel argument without quotes or spaces` };
  if (text.startsWith("dcn-ha.node=") || text.startsWith("systemd.machine_id="))
    return { code: "IDENTITY_IN_IMAGE", text: `${text} says which device this is: it comes with the device` };
  return undefined;
}

function refFault(text: string): ValueFault | undefined {
  const filled = text.replaceAll("{role}", "r").replaceAll("{site}", "s");
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(filled)) return undefined;
  return { code: "BAD_REF", text: `"${text}" is no ref, as dcn/{role}/{site}` };
}

/** A container image with or without a tag; its digest stands beside it. */
function containerFault(text: string): ValueFault | undefined {
  const [place = "", tag = "latest", ...rest] = text.split(/:(?=[^/]*$)/);
  if (
    repositoryFault(place) === undefined &&
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag) &&
    rest.length === 0
  )
    return undefined;
  return {
    code: "BAD_REGISTRY",
    text: `"${text}" is no container image, as quay.io/centos-bootc/centos-bootc:stream9`,
  };
}

function repositoryFault(text: string): ValueFault | undefined {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/.test(text))
    return undefined;
  return { code: "BAD_REGISTRY", text: `"${text}" is no place in a registry, as registry.site:5000/plant` };
}

function healthScriptFault(text: string): ValueFault | undefined {
  if (/^[A-Za-z0-9_./-]+\.sh$/.test(text) && !text.split("/").at(-1)?.startsWith(".")) return undefined;
  return { code: "BAD_HEALTH_SCRIPT", text: `"${text}": greenboot runs files with the ending .sh alone` };
}

/** Schemas of the values above. */
export const healthScript = checkedText("Script beside this file, as health/panel.sh", healthScriptFault);
export const unit = checkedText("Unit, as chronyd.service", unitFault);
export const enabledUnit = checkedText("Unit, as chronyd.service", enabledUnitFault);
export const packageName = checkedText("Package", packageFault);
export const kernelArgument = checkedText("Kernel argument, as isolcpus=2-3", argumentFault);
export const ostreeRef = checkedText("ostree ref; {role} and {site} are replaced", refFault);
export const repository = checkedText("Host and path in a registry, without a tag", repositoryFault);
export const containerName = checkedText("Container image, with or without a tag", containerFault);
export const pinnedImage = checkedText("Container image, pinned by digest", imageFault);

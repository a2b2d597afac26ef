// Names of systemd units as Pacemaker starts them: it appends .service where the name has no ending that it knows (systemd.unit(5), podman-systemd.unit(5)).
import { nearestName } from "./spelling.js";
import type { ValueFault } from "./values.js";

const UNIT = /^[A-Za-z0-9:_\\][A-Za-z0-9:_.\\@-]*$/;
/** Kinds of unit that Pacemaker starts under their own name. */
const KINDS = ["service", "socket", "mount", "timer", "path"];
/** Kinds that it does not: it would look for x.target.service. */
const OTHER_KINDS = ["target", "slice", "scope", "device", "swap", "automount"];
/** Files of which podman's quadlet makes a service. */
const QUADLETS: ReadonlyMap<string, string> = new Map([
  ["container", ""],
  ["kube", ""],
  ["pod", "-pod"],
  ["volume", "-volume"],
  ["network", "-network"],
  ["image", "-image"],
  ["build", "-build"],
]);

/** What is wrong with the name of a unit that the cluster is to start; undefined where nothing is. */
export function unitFault(text: string): ValueFault | undefined {
  const wrong = (why: string): ValueFault => ({ code: "BAD_PARAMETER", text: why });
  if (!UNIT.test(text)) return wrong(`must be the name of a systemd unit, not "${text}"`);
  const dot = text.lastIndexOf(".");
  const ending = dot < 0 ? "" : text.slice(dot + 1);
  const name = dot < 0 ? text : text.slice(0, dot);
  // Behind an @ the dot belongs to the instance, and Pacemaker appends .service.
  const isInstance = name.includes("@");
  const quadlet = isInstance ? undefined : QUADLETS.get(ending);
  if (quadlet !== undefined)
    return wrong(`"${text}" is a file that quadlet makes a unit of: ${name}${quadlet}.service`);
  if (OTHER_KINDS.includes(ending))
    return wrong(`the cluster starts no ${ending}: "${text}" must end in ${KINDS.join(", ")}`);
  const near = isInstance || KINDS.includes(ending) || ending === "" ? undefined : nearestName(ending, KINDS);
  if (near !== undefined) return wrong(`"${text}" is no unit: did you mean ${name}.${near}?`);
  if ((KINDS.includes(ending) ? name : text).endsWith("@"))
    return wrong(`"${text}" is a template, and starts nothing: name an instance, as ${name}1.service`);
  return undefined;
}

// Parameters of fence agents checked against what the agents say of themselves (fence-agents, `-o metadata`; pacemaker-fenced(7)).
import { AGENT_PARAMETERS, SHARED_PARAMETERS } from "./fence-agents-table.js";

/** One agent's parameters. */
export interface FenceAgent {
  readonly parameters: ReadonlySet<string>;
  /** Parameters that it does not work without. */
  readonly required: readonly string[];
  /** Older spellings and what they are called now. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Names of all agents that we know. */
export const FENCE_AGENTS: readonly string[] = Object.keys(AGENT_PARAMETERS);

/** What Pacemaker itself takes on every fence device. */
export const DEVICE_PARAMETERS: readonly string[] = (
  "pcmk_host_argument pcmk_host_map pcmk_host_list pcmk_host_check pcmk_delay_max pcmk_delay_base pcmk_action_limit " +
  "pcmk_reboot_action pcmk_reboot_timeout pcmk_reboot_retries pcmk_off_action pcmk_off_timeout pcmk_off_retries " +
  "pcmk_on_action pcmk_on_timeout pcmk_on_retries pcmk_list_action pcmk_list_timeout pcmk_list_retries " +
  "pcmk_monitor_action pcmk_monitor_timeout pcmk_monitor_retries pcmk_status_action pcmk_status_timeout pcmk_status_retries provides"
).split(" ");

/** The parameters of an agent; undefined for one that is not in our table. */
export function fenceAgent(name: string): FenceAgent | undefined {
  if (!Object.hasOwn(AGENT_PARAMETERS, name)) return undefined;
  const words = (AGENT_PARAMETERS[name] ?? "").split(" ");
  const renamed = new Map<string, string>();
  const parameters = new Set<string>();
  const required: string[] = [];
  for (const word of words) {
    if (word === "*") {
      for (const shared of SHARED_PARAMETERS.split(" ")) parameters.add(shared);
      continue;
    }
    const [old = "", now] = word.split(">");
    if (now !== undefined) renamed.set(old, now);
    else if (old.endsWith("!")) {
      parameters.add(old.slice(0, -1));
      required.push(old.slice(0, -1));
    } else parameters.add(old);
  }
  return { parameters, required, renamed };
}

/** The parameter through which the agent asks a program for a secret: `password` by `password_script`; undefined where it cannot. */
export function scriptParameter(agent: string, secret: string): string | undefined {
  const known = fenceAgent(agent);
  const script = `${secret}_script`;
  // An agent of somebody else's: those made with the library of fence-agents have password_script.
  if (known === undefined) return secret === "password" ? script : undefined;
  return known.parameters.has(script) ? script : undefined;
}

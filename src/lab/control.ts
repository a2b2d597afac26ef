// Asks a lab's supervisor over its socket.
import { existsSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { DcnError } from "../errors/index.js";
import type { BmcMode } from "./bmc.js";
import type { LabPaths } from "./paths.js";
import type { PowerAction, SupervisorState } from "./supervisor.js";

/** State of all machines. Throws DcnError `unreachable` LAB_DOWN where no supervisor answers. */
export async function supervisorState(paths: LabPaths): Promise<SupervisorState> {
  return (await call(paths, "GET", "/state")) as SupervisorState;
}

/** Works the power switch of a machine; returns when it is done. */
export async function switchPower(paths: LabPaths, node: string, action: PowerAction): Promise<void> {
  await call(paths, "POST", "/power", { node, action });
}

/** Sets how a BMC behaves. */
export async function setBmcMode(paths: LabPaths, node: string, mode: BmcMode): Promise<void> {
  await call(paths, "POST", "/bmc", { node, mode });
}

/** Switches everything off and ends the supervisor. */
export async function stopSupervisor(paths: LabPaths): Promise<void> {
  await call(paths, "POST", "/stop");
}

/** The process id, on the host, of a running machine's init. Throws DcnError `failed` MACHINE_OFF. */
export async function initPidOf(paths: LabPaths, node: string): Promise<number> {
  const { machines } = await supervisorState(paths);
  const machine = machines[node];
  if (machine === undefined) {
    const hint = `one of: ${Object.keys(machines).join(", ")}`;
    throw new DcnError("usage", "NO_SUCH_NODE", `the lab has no machine “${node}”`, { hint });
  }
  if (machine.initPid === null)
    throw new DcnError("failed", "MACHINE_OFF", `${node} is switched off`, { node });
  return machine.initPid;
}

function call(paths: LabPaths, method: string, path: string, body?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const down = (cause: unknown): DcnError => notRunning(paths, cause);
    const request = httpRequest({ socketPath: paths.control, method, path, timeout: 60_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("error", (error) => reject(down(error)));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else if (response.statusCode === 404) reject(new DcnError("usage", "NO_SUCH_NODE", errorIn(text)));
        else
          reject(
            new DcnError("failed", "LAB_CONTROL", `the lab's supervisor refused ${method} ${path}: ${text}`),
          );
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer in 60 s")));
    request.on("error", (error) => reject(down(error)));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** No lab at all, or one whose supervisor is dead: then what is left of it has to go first. */
function notRunning(paths: LabPaths, cause: unknown): DcnError {
  const up = `dcn-ha lab up --name ${paths.labName}`;
  if (!existsSync(paths.folder)) {
    const text = `there is no lab “${paths.labName}”`;
    return new DcnError("unreachable", "LAB_DOWN", text, { hint: `start it with: ${up}`, cause });
  }
  const hint = `its supervisor was killed; take down what is left and start anew: dcn-ha lab down --name ${paths.labName} && ${up}`;
  return new DcnError("unreachable", "LAB_DOWN", `lab “${paths.labName}” is not running`, { hint, cause });
}

function errorIn(text: string): string {
  const body: unknown = JSON.parse(text);
  return typeof body === "object" && body !== null && "error" in body ? String(body.error) : text;
}

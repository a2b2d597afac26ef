// From the cluster model to what each node is to hold, digests included.
import { renderBoothConf } from "../booth/index.js";
import { BOOTH_KEY, BOOTH_KEY_BYTES, type ClusterModel, secretText } from "../cluster/index.js";
import { renderCorosyncConf } from "../corosync/index.js";
import { DcnError } from "../errors/index.js";
import {
  type DesiredFile,
  type DesiredGroup,
  renderGateConfig,
  renderSbdConfig,
  renderSbdUnit,
} from "../plan/index.js";
import { type NodePrograms, sha256 } from "./programs.js";

/** Values of the group's secrets by file name (`NodeSecret.name`); never logged, never in a command line. */
export type SecretValues = ReadonlyMap<string, string | Uint8Array>;

/** The desired group. Throws DcnError invalid SECRET_MISSING where the model names a secret that has no value. */
export function desiredGroup(
  model: ClusterModel,
  secrets: SecretValues,
  programs: NodePrograms,
): DesiredGroup {
  const corosyncConf = fileOf(renderCorosyncConf(model));
  const nodes = model.corosync.nodes.map(({ name }) => ({
    name,
    files: new Map([
      ["corosync-conf", corosyncConf],
      ["gate-config", fileOf(renderGateConfig(model, name))],
      ...(model.watchdog === undefined
        ? []
        : [
            ["sbd-config", fileOf(renderSbdConfig(model.watchdog))] as const,
            ["sbd-unit", fileOf(renderSbdUnit(model.watchdog))] as const,
          ]),
      ...(model.tickets === undefined
        ? []
        : [["booth-conf", fileOf(renderBoothConf(model.tickets))] as const]),
    ]),
  }));
  const digests = model.secrets.map(({ name, reference }) => {
    const value = secrets.get(name);
    if (value === undefined)
      throw new DcnError("invalid", "SECRET_MISSING", `the secret ${secretText(reference)} has no value`);
    if (name === BOOTH_KEY) checkBoothKey(value);
    return [name, sha256(value)] as const;
  });
  const known = programs.files.flatMap(({ name, sha256: digest }) =>
    name === undefined ? [] : [[name, digest] as const],
  );
  return { model, nodes, secrets: new Map(digests), programs: new Map(known) };
}

/** boothd ends at its start with a key of another length, and says so in its log alone. */
function checkBoothKey(value: string | Uint8Array): void {
  const { min, max } = BOOTH_KEY_BYTES;
  const { length } = typeof value === "string" ? Buffer.from(value.trim()) : value;
  if (length >= min && length <= max) return;
  const text = `the key of the TicketManager has ${length} bytes; booth takes ${min} to ${max}`;
  throw new DcnError("invalid", "BOOTH_KEY_LENGTH", text, { hint: "openssl rand -hex 24" });
}

function fileOf(content: string): DesiredFile {
  return { content, sha256: sha256(content) };
}

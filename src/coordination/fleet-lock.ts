// What a FleetLock client says and what answers mean, as Zincati's protocol.md has it; no I/O (docs/fleet-lock.md).

/** The machine that wants to reboot, as servers know it. */
export interface FleetLockClient {
  /** Base address of the server, http or https. */
  readonly url: string;
  /** Its reboot group: letters, digits, dots and dashes. */
  readonly group: string;
  /** Case-sensitive; the same over all reboots. */
  readonly id: string;
}

/** A POST. */
export interface FleetLockRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Yes, or why not; `kind` is the server's, or Zincati's word where no server gave one. */
export type FleetLockAnswer =
  | { readonly granted: true }
  | {
      readonly granted: false;
      readonly status: number | undefined;
      readonly kind: string;
      readonly value: string;
    };

type Rejection = Extract<FleetLockAnswer, { granted: false }>;

/** The request for a reboot slot (`pre-reboot`), or the one that gives it back (`steady-state`); a rejection where none can be made. */
export function fleetLockRequest(
  { url, group, id }: FleetLockClient,
  verb: "pre-reboot" | "steady-state",
): FleetLockRequest | Rejection {
  if (!/^https?:\/\/[^\s?#]+$/.test(url)) return unbuilt(`${url} is no address of a server`);
  if (!/^[a-zA-Z0-9.-]+$/.test(group)) return unbuilt("the group must be letters, digits, dots and dashes");
  if (id === "") return unbuilt("the id is missing");
  return {
    url: `${url.replace(/\/+$/, "")}/v1/${verb}`,
    headers: { "fleet-lock-protocol": "true", "content-type": "application/json" },
    body: JSON.stringify({ client_params: { group, id } }),
  };
}

/** What a reply says: 200 is yes, everything else is no. */
export function fleetLockAnswer(status: number, body: string): FleetLockAnswer {
  if (status === 200) return { granted: true };
  const said = read(body);
  const [kind, value] = [text(said["kind"]), text(said["value"])];
  if (kind === "" || value === "")
    return { granted: false, status, kind: `generic_http_${status}`, value: "(unknown server error)" };
  return { granted: false, status, kind, value };
}

function read(body: string): Readonly<Record<string, unknown>> {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === "object" && said !== null ? { ...said } : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function unbuilt(value: string): Rejection {
  return { granted: false, status: undefined, kind: "client_failed_build", value };
}

// Asks a site's FleetLock server for a reboot slot, and gives it back (Zincati's protocol.md); for sites that have one (docs/fleet-lock.md).
import {
  type FleetLockAnswer,
  type FleetLockClient,
  fleetLockAnswer,
  fleetLockRequest,
} from "../coordination/index.js";
import { type Clock, limited } from "../time/index.js";

/** How to ask. */
export interface FleetLockAccess {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** For one try; default a minute, since a server may look at its cluster first. */
  readonly timeoutMs?: number;
}

const TRIES = 3;
const PAUSE_MS = 1_000;
const TIMEOUT_MS = 60_000;
/** What one server says of another behind it. */
const GATEWAY = [502, 504];

/**
 * Asks whether the machine may reboot. A no is an answer and is not asked again here: when to ask once more is the caller's decision. Where
 * no answer came (`client_failed_request`, or the rejection of the signal's reason) the slot may be held all the same: the same id gets it
 * again, or `steadyState` gives it back.
 */
export function preReboot(client: FleetLockClient, access: FleetLockAccess): Promise<FleetLockAnswer> {
  return ask(client, "pre-reboot", access);
}

/** Gives the slot back; yes too where the machine has none. Only for a machine that is up and well again. Rejects with the signal's reason. */
export function steadyState(client: FleetLockClient, access: FleetLockAccess): Promise<FleetLockAnswer> {
  return ask(client, "steady-state", access);
}

/** Both requests may be sent again: a lock by the same id is recursive, and giving back what one has not is a yes. */
async function ask(
  client: FleetLockClient,
  verb: "pre-reboot" | "steady-state",
  access: FleetLockAccess,
): Promise<FleetLockAnswer> {
  const request = fleetLockRequest(client, verb);
  if ("granted" in request) return request;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once(request, access);
    const lost = !answer.granted && (answer.status === undefined || isGateways(answer));
    if (!lost || attempt === TRIES) return answer;
    await access.clock.sleep(PAUSE_MS * attempt, access.signal);
  }
}

function isGateways(answer: Exclude<FleetLockAnswer, { granted: true }>): boolean {
  return answer.kind.startsWith("generic_http_") && GATEWAY.includes(answer.status ?? 0);
}

async function once(
  { url, headers, body }: Exclude<ReturnType<typeof fleetLockRequest>, { granted: boolean }>,
  { signal, timeoutMs = TIMEOUT_MS }: FleetLockAccess,
): Promise<FleetLockAnswer> {
  signal?.throwIfAborted();
  try {
    // A server that sends elsewhere was not the one that was meant.
    const reply = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: limited(signal, timeoutMs),
    });
    return fleetLockAnswer(reply.status, await reply.text());
  } catch (error) {
    signal?.throwIfAborted();
    return { granted: false, status: undefined, kind: "client_failed_request", value: reason(error) };
  }
}

/** fetch says only "fetch failed"; why stands behind it. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

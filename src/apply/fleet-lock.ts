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

/** How long is waited after each try. */
const PAUSES_MS = [1_000, 2_000];
/** A slot that is not given back keeps everybody else of the site waiting, and a server may be on its way to another node: so long it is asked again, and after these pauses. */
const PATIENCE_MS = 60_000;
const PATIENT_PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000];
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

/**
 * Gives the slot back; yes too where the machine has none. Only for a machine that is up and well again. A server that cannot do it now (5xx), or
 * does not answer, is asked again for a minute. Rejects with the signal's reason.
 */
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
  const givesBack = verb === "steady-state";
  const { clock, signal } = access;
  const lastMs = clock.nowMs() + PATIENCE_MS;
  for (const pauseMs of givesBack ? PATIENT_PAUSES_MS : PAUSES_MS) {
    const answer = await once(request, access);
    const isLate = givesBack && clock.nowMs() > lastMs;
    if (answer.granted || isLate || !mayPass(answer, givesBack)) return answer;
    await clock.sleep(pauseMs, signal);
  }
  return once(request, access);
}

/** No answer came, or none of the server's own. What it says itself is a no to who asks for a slot, and trouble of its own to who brings one back. */
function mayPass({ status, kind }: Exclude<FleetLockAnswer, { granted: true }>, givesBack: boolean): boolean {
  if (status === undefined || (givesBack && status >= 500)) return true;
  return kind.startsWith("generic_http_") && GATEWAY.includes(status);
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

// The way out to OpenTelemetry, by OTLP over HTTP: each incident as a trace, and the numbers as metrics. A collector that is away holds up nobody.
import { readFileSync } from "node:fs";
import { DcnError } from "../errors/index.js";
import { type Clock, limited } from "../time/index.js";
import { later } from "./later.js";
import type { Metrics } from "./metrics.js";
import type { Sender } from "./opentelemetry.js";
import type { Recipient } from "./recipient.js";

/** Of what it is made. */
export interface OtlpOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What went wrong with metrics, and what the libraries warn of; in words. */
  readonly onTrouble: (text: string) => void;
}

/** A way out that is open. */
export interface Otlp {
  /** For notifiers: takes incidents. */
  readonly recipient: Recipient;
  /** Sends the numbers again and again until aborted, and once more then. */
  run(signal: AbortSignal): Promise<void>;
}

/** The name under which incidents wait; without the address, so that they wait for the next one too. */
const NAME = "otlp";
const SEND_TIMEOUT_MS = 30_000;
const MOST_WAITING = 500;
const LAST_MS = 3_000;
const FIRST_NUMBERS_MS = 5_000;
const NUMBERS_EVERY_MS = 60_000;

/**
 * Opens the way to the collector at `address`, to which /v1/traces and /v1/metrics are added. Connects to nothing yet.
 * Throws DcnError usage OTLP_ADDRESS.
 */
export async function openOtlp(address: string, options: OtlpOptions): Promise<Otlp> {
  const base = baseOf(address);
  const { openSender } = await import("./opentelemetry.js");
  const sender = openSender(options.metrics, { base, version: version(), onWarning: options.onTrouble });
  return { recipient: recipientFor(sender), run: (signal) => sendNumbers(sender, options, signal) };
}

function baseOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const fits = url !== undefined && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "";
  if (fits && url.username === "" && url.password === "") return url.href.replace(/\/+$/, "");
  throw new DcnError("usage", "OTLP_ADDRESS", "what stands behind --otlp is no address of a collector", {
    hint: "as http://127.0.0.1:4318; secrets belong into OTEL_EXPORTER_OTLP_HEADERS",
  });
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function recipientFor(sender: Sender): Recipient {
  return {
    name: NAME,
    ...{ whole: true, most: MOST_WAITING, lastMs: LAST_MS },
    send: async ({ id, group, at, text }, signal, incident) => {
      if (incident === undefined) return;
      const told = { id, group, text, toldMs: Date.parse(at), incident };
      await within(sender.incident(told), limited(signal, SEND_TIMEOUT_MS));
    },
  };
}

/** The libraries take no signal: what they begun they go on with, but nobody waits for it. */
function within(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("it is over"));
    signal.addEventListener("abort", late, { once: true });
    if (signal.aborted) late();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", late));
  });
}

async function sendNumbers(sender: Sender, options: OtlpOptions, signal: AbortSignal): Promise<void> {
  const { clock, environment, onTrouble } = options;
  const everyMs = Number(environment.OTEL_METRIC_EXPORT_INTERVAL) || NUMBERS_EVERY_MS;
  let waitMs = Math.min(FIRST_NUMBERS_MS, everyMs);
  let trouble = "";
  const last = later(signal, LAST_MS, clock);
  const isOver = (): boolean => last.aborted;
  for (;;) {
    await clock.sleep(waitMs, signal).catch(() => undefined);
    waitMs = everyMs;
    const ends = signal.aborted;
    const before = trouble;
    trouble = await within(sender.numbers(), limited(last, SEND_TIMEOUT_MS)).then(
      () => "",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    // Told once, not every minute.
    if (trouble !== "" && trouble !== before) onTrouble(`metrics were not sent by OTLP: ${trouble}`);
    else if (trouble === "" && before !== "") onTrouble("metrics are sent by OTLP again");
    if (ends || isOver()) return;
  }
}

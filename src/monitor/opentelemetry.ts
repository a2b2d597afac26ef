// The libraries of OpenTelemetry, for otlp.ts, which loads this file only where somebody wants it.
import { createHash } from "node:crypto";
import {
  type Attributes,
  type Context,
  DiagLogLevel,
  diag,
  type ObservableCounter,
  type ObservableGauge,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOnSampler,
  type IdGenerator,
  type ReadableSpan,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { type ToldIncident, type TraceSpan, traceOf } from "./incident-trace.js";
import { METRICS, type Metrics } from "./metrics.js";
import { Refused } from "./refused.js";

/** Where to send, and as whom. */
export interface LibraryOptions {
  /** Without the paths of traces and metrics. */
  readonly base: string;
  readonly version: string;
  /** What the libraries want to be known, as a setting in the environment that they cannot read. */
  readonly onWarning: (text: string) => void;
}

/** Somebody who sends. Both reject with what went wrong, in words. */
export interface Sender {
  /** Sends an incident as one trace, under the same ids however often. */
  incident(told: ToldIncident): Promise<void>;
  /** Sends what the metrics say now. */
  numbers(): Promise<void>;
}

/** Connects to nothing yet. Headers, certificates, compression and time limits are read from OTEL_EXPORTER_OTLP_… by the libraries. */
export function openSender(metrics: Metrics, options: LibraryOptions): Sender {
  listen(options.onWarning);
  const traces = new OTLPTraceExporter({ url: `${options.base}/v1/traces` });
  const numbers = new OTLPMetricExporter({ url: `${options.base}/v1/metrics` });
  const reader = new Reader();
  const provider = new MeterProvider({ resource: resourceOf(options.version), readers: [reader] });
  observe(provider, metrics);
  return {
    incident: (told) => {
      const resource = resourceOf(options.version, { "dcn_ha.group": told.group });
      const spans = spansOf(told, { resource, version: options.version });
      return sent((done) => traces.export(spans, done));
    },
    numbers: async () => {
      const { resourceMetrics } = await reader.collect();
      await sent((done) => numbers.export(resourceMetrics, done));
    },
  };
}

const LONGEST_WARNING = 300;

function listen(onWarning: (text: string) => void): void {
  const warn = (...words: unknown[]): void =>
    onWarning(
      words
        .filter((word) => typeof word === "string")
        .join(" ")
        .slice(0, LONGEST_WARNING),
    );
  const quiet = (): void => undefined;
  const logger = { error: warn, warn, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** What the environment says of the service stands above what we say. */
function resourceOf(version: string, more: Attributes = {}): Resource {
  const own = resourceFromAttributes({ "service.name": "dcn-ha", "service.version": version });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(more));
}

/** Exporters answer by a callback, and never twice. */
function sent(send: (done: (result: { code: number; error?: Error }) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    send(({ code, error }) => {
      if (code === 0) resolve();
      else reject(inWords(error));
    });
  });
}

/** Status codes that say that the request itself is bad: it would be bad again (OTLP, "Bad Data"). */
const NEVER: ReadonlySet<number> = new Set([400, 413]);

function inWords(error: Error | undefined): Error {
  const code: unknown = error !== undefined && "code" in error ? error.code : undefined;
  if (typeof code === "number") {
    const text = `the collector answered ${code} ${error?.message ?? ""}`.trim();
    return NEVER.has(code) ? new Refused(text) : new Error(text);
  }
  if (error === undefined || /retryable status/.test(error.message))
    return new Error("the collector answered 429, 502, 503 or 504: it has no time now");
  return error;
}

/** The moments of an incident are at most 200. */
const MOST_EVENTS = 256;

function spansOf(
  told: ToldIncident,
  { resource, version }: { readonly resource: Resource; readonly version: string },
): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const nothing = (): Promise<void> => Promise.resolve();
  const provider = new TracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    spanLimits: { eventCountLimit: MOST_EVENTS },
    idGenerator: idsOf(told.id),
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => void ended.push(span),
        ...{ forceFlush: nothing, shutdown: nothing },
      },
    ],
  });
  const tracer = provider.getTracer("dcn-ha", version);
  const add = (one: TraceSpan, context: Context): void => {
    const error = one.error === undefined ? {} : { "error.type": one.error.type };
    const attributes = { ...one.attributes, ...error };
    const span = tracer.startSpan(one.name, { startTime: one.startMs, attributes }, context);
    for (const { atMs, text } of one.moments) span.addEvent(text, atMs);
    if (one.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: one.error.text });
    for (const child of one.children) add(child, trace.setSpan(context, span));
    span.end(one.endMs);
  };
  add(traceOf(told), ROOT_CONTEXT);
  return ended;
}

/** The same for the same incident: a collector that had it before its answer was lost has nothing new. */
function idsOf(id: string): IdGenerator {
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  let spans = 0;
  return {
    generateTraceId: () => hash(id).slice(0, 32),
    generateSpanId: () => {
      spans += 1;
      return hash(`${id}/${spans}`).slice(0, 16);
    },
  };
}

/** Collects when it is asked to. */
class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** The names and labels are those of the page for Prometheus, so that the same rules and dashboards hold. */
function observe(provider: MeterProvider, metrics: Metrics): void {
  const meter = provider.getMeter("dcn-ha");
  const instruments = new Map<string, ObservableCounter | ObservableGauge>();
  for (const [name, [kind, , description]] of Object.entries(METRICS)) {
    const options = { description, ...(/_seconds(_total)?$/.test(name) && { unit: "s" }) };
    instruments.set(
      name,
      kind === "counter"
        ? meter.createObservableCounter(name, options)
        : meter.createObservableGauge(name, options),
    );
  }
  meter.addBatchObservableCallback(
    (result) => {
      for (const { name, labels, value } of metrics.numbers()) {
        const instrument = instruments.get(name);
        if (instrument !== undefined) result.observe(instrument, value, labels);
      }
    },
    [...instruments.values()],
  );
}

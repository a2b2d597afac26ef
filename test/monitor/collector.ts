// A collector as OpenTelemetry's libraries find one: a real HTTP server that keeps what it gets. And monitors that send to it.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import {
  createNotifier,
  Metrics,
  type Notification,
  type Notifier,
  type Otlp,
  openMemory,
  openOtlp,
  type Recipient,
} from "../../src/monitor/index.js";
import { systemClock } from "../../src/time/index.js";
import type { Incident } from "../../src/timeline/index.js";

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly Value[] };
}

/** As OTLP writes it. */
export interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** As OTLP writes it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly name: string; readonly timeUnixNano: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** What a collector got, and how it is about to answer; undefined: never. */
export class Collector {
  readonly got: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
  status: number | undefined = 200;
  private readonly server: Server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      this.got.push({ path: request.url ?? "", headers: request.headers, body });
      if (this.status !== undefined)
        response.writeHead(this.status, { "content-type": "application/json" }).end("{}");
    });
  });

  async listen(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** All spans of all requests, with their resource. */
  spans(): (Span & { resource: readonly Attribute[] })[] {
    return this.got
      .filter(({ path }) => path === "/v1/traces")
      .flatMap(({ body }) => (JSON.parse(body) as Traces).resourceSpans)
      .flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, resource: resource.attributes }))),
      );
  }
}

/** Attributes as an object. */
export function plain(attributes: readonly Attribute[]): Record<string, unknown> {
  const of = ({ stringValue, intValue, doubleValue, boolValue, arrayValue }: Value): unknown =>
    stringValue ?? intValue ?? doubleValue ?? boolValue ?? arrayValue?.values.map(of);
  return Object.fromEntries(attributes.map(({ key, value }) => [key, of(value)]));
}

export const T0 = Date.UTC(2026, 10, 20, 14, 3, 7, 200);
/** dcn2 dies at T0, is declared lost after 1.6 s, fenced after 2.4 s; soft-control runs again after 3.1 s, where 3 s were promised. */
export const incident: Incident = {
  ...{ number: 4, startMs: T0, lastMs: T0 + 3_100 },
  moments: [
    { atMs: T0, text: "dcn2 lost" },
    { atMs: T0 + 1_600, text: "declared dead" },
    { atMs: T0 + 2_400, text: "dcn2 fenced by dcn1" },
    { atMs: T0 + 3_100, text: "soft-control started on dcn3" },
  ],
  outages: [
    {
      ...{ workload: "soft-control", fromMs: T0, downMs: T0 + 1_600, upMs: T0 + 3_100, upOn: "dcn3" },
      promisedMs: 3_000,
    },
  ],
  lost: [
    { node: "dcn2", fromMs: T0, atMs: T0 + 1_600, by: ["dcn1", "dcn3"], fencedMs: T0 + 2_400, held: true },
  ],
  signs: [],
};
export const notification: Notification = {
  ...{ id: `g/incident/4-${T0}`, kind: "incident", group: "g", at: new Date(T0 + 6_200).toISOString() },
  text: "14:03:07.2 dcn2 lost · …",
};

/** Ten times as fast as ours. */
export const fast = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 10, signal),
};

/** A monitor's memory, and the collector to which it sends; what the environment says is taken back with it. */
export class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), "dcn-otlp-"));
  collector = new Collector();

  /** A collector at a port of its own, in place of the one before. */
  async open(): Promise<void> {
    this.collector.close();
    this.collector = new Collector();
    await this.collector.listen();
    vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "400");
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20c2VjcmV0");
  }

  close(): void {
    vi.unstubAllEnvs();
    this.collector.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The way to the collector, or to another port. */
  otlp(
    options: { readonly metrics?: Metrics; readonly troubles?: string[]; readonly port?: number } = {},
  ): Promise<Otlp> {
    const { metrics = new Metrics(), troubles = [], port = this.collector.port } = options;
    return openOtlp(`http://127.0.0.1:${port}/`, {
      ...{ metrics, clock: fast, environment: { OTEL_METRIC_EXPORT_INTERVAL: "500" } },
      onTrouble: (text) => void troubles.push(text),
    });
  }

  /** A monitor's notifier, until `work` is done; what was told of its tries. */
  async monitor(
    recipients: readonly Recipient[],
    work: (notifier: Notifier) => Promise<void> | void,
  ): Promise<string[]> {
    const memory = openMemory(this.folder, "g");
    const tries: string[] = [];
    const ends = new AbortController();
    const notifier = createNotifier({
      ...{ recipients, memory, clock: fast, signal: ends.signal },
      onTry: (name, trouble) => void tries.push(`${name}: ${trouble ?? "done"}`),
    });
    const running = notifier.run();
    await work({
      ...notifier,
      add: (...told) => {
        notifier.add(...told);
        memory.save();
      },
    });
    ends.abort();
    await running;
    memory.release();
    return tries;
  }

  /** How many notifications wait for the next monitor. */
  waiting(): number {
    const memory = openMemory(this.folder, "g");
    memory.release();
    return memory.content.outbox.length;
  }
}

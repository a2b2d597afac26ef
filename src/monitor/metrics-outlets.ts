// Where metrics can be had: over HTTP, for Prometheus to fetch, and as a file for node_exporter's textfile collector.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { DcnError } from "../errors/index.js";
import type { Clock } from "../time/index.js";
import type { Metrics } from "./metrics.js";
import { attempt, createTroubles } from "./trouble.js";

/** An outlet that is open. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `/metrics` at `HOST:PORT`; `:PORT` is all addresses. Throws DcnError usage METRICS_ADDRESS, failed METRICS_PORT. */
export async function serveMetrics(metrics: Metrics, address: string): Promise<MetricsServer> {
  const [, host = "", portText = ""] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  if (portText === "" || Number(portText) > 65_535) {
    throw new DcnError("usage", "METRICS_ADDRESS", `${address} is no HOST:PORT`, {
      hint: "as 127.0.0.1:9755, or :9755",
    });
  }
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const found = request.url?.split("?")[0] === "/metrics" && request.method === "GET";
    response.writeHead(found ? 200 : 404, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(found ? metrics.render() : "metrics are at /metrics\n");
  });
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new DcnError("failed", "METRICS_PORT", `metrics cannot be served at ${address}: ${error.message}`),
      );
    });
    server.listen(Number(portText), host.replace(/^\[(.*)\]$/, "$1") || undefined, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : Number(portText),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const WRITE_EVERY_MS = 5_000;

/** Where a file of metrics goes. */
export interface MetricsFile {
  readonly file: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once when the file cannot be written any more, and once when it can again. */
  readonly onTrouble: (text: string) => void;
}

/**
 * Writes the file anew every five seconds, each time as a whole, until aborted, and then removes it: numbers that nobody keeps up would
 * be taken for true. Throws DcnError failed METRICS_FILE where it cannot the first time; later it goes on and tries again.
 */
export async function writeMetrics(metrics: Metrics, options: MetricsFile): Promise<void> {
  const { file, clock, signal, onTrouble } = options;
  const failed = `${file} cannot be written`;
  const write = (): string | undefined => {
    const page = metrics.render();
    return attempt(() => {
      writeFileSync(`${file}.new`, page);
      renameSync(`${file}.new`, file);
    });
  };
  const outcome = createTroubles({ onTrouble, failed, again: `${file} is written again` });
  const first = write();
  if (first !== undefined) throw new DcnError("failed", "METRICS_FILE", `${failed}: ${first}`);
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    await clock.sleep(WRITE_EVERY_MS, signal).catch(() => undefined);
    if (!isOver()) outcome(write());
  }
  for (const one of [`${file}.new`, file]) attempt(() => rmSync(one, { force: true }));
}

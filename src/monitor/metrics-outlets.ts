// Where metrics can be had: over HTTP, for Prometheus to fetch, and as a file for node_exporter's textfile collector.
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { DcnError } from "../errors/index.js";
import type { Clock } from "../time/index.js";
import type { Metrics } from "./metrics.js";

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

/** Writes the file anew every five seconds, each time as a whole, until aborted. Throws DcnError failed METRICS_FILE at once where it cannot. */
export async function writeMetrics(
  metrics: Metrics,
  { file, clock, signal }: { readonly file: string; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      writeFileSync(`${file}.new`, metrics.render());
      renameSync(`${file}.new`, file);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new DcnError("failed", "METRICS_FILE", `${file} cannot be written: ${text}`);
    }
    await clock.sleep(WRITE_EVERY_MS, signal).catch(() => undefined);
  }
}

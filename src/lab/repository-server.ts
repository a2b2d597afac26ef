// The lab's image repository over HTTP: ostree's archive format as plain files (ostree(1)).
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { join, sep } from "node:path";

/** Serves the files below `folder` read-only; nothing outside it, links included. */
export function createRepositoryServer(folder: string): Server {
  return createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405).end();
      return;
    }
    serveFile(folder, request.url ?? "/", request.method === "HEAD", response).catch(() => {
      if (!response.headersSent) response.writeHead(404);
      response.end();
    });
  });
}

async function serveFile(
  folder: string,
  url: string,
  headOnly: boolean,
  response: ServerResponse,
): Promise<void> {
  const root = await realpath(folder);
  const path = await realpath(join(root, decodeURIComponent(url.split("?")[0] ?? "/")));
  const info = await stat(path);
  if (!path.startsWith(root + sep) || !info.isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "Content-Length": info.size, "Content-Type": "application/octet-stream" });
  if (headOnly) response.end();
  else createReadStream(path).pipe(response);
}

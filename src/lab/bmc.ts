// A BMC per node that speaks enough Redfish (DMTF DSP0266) for Debian's unmodified fence_redfish.
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { HostLog } from "./events.js";
import type { NodePower } from "./power.js";

/**
 * How a BMC behaves. `lies` says done and does nothing; `dead-with-node` is fed by the node's own power; `unauthorized`
 * knows no password any more; `fails-twice` refuses the first two switchings; `stays-off` takes the wish to switch on, and
 * its node stays off, as with a broken power supply.
 */
export type BmcMode =
  | "ok"
  | "refuses"
  | "hangs"
  | "lies"
  | "dead"
  | "dead-with-node"
  | "unauthorized"
  | "fails-twice"
  | "stays-off";

export const bmcModes: readonly BmcMode[] = [
  "ok",
  "refuses",
  "hangs",
  "lies",
  "dead",
  "dead-with-node",
  "unauthorized",
  "fails-twice",
  "stays-off",
];

/** What a BMC needs: where it answers, as whom, and which power it switches. */
export interface BmcOptions {
  readonly address: string;
  readonly username: string;
  readonly password: string;
  readonly key: Buffer;
  readonly certificate: Buffer;
  readonly power: NodePower;
  /** A strip of outlets that speaks Redfish too, with a feed of its own; it is not what `lab fault bmc` breaks. */
  readonly outlets?: true;
  readonly log: HostLog;
}

const systemPath = "/redfish/v1/Systems/1";

/** One BMC. It answers while the lab runs, whatever its node does, unless its mode says otherwise. */
export class Bmc {
  mode: BmcMode = "ok";
  private readonly server: Server;
  private liesOff = false;
  private refused = 0;

  constructor(private readonly options: BmcOptions) {
    this.server = createServer({ key: options.key, cert: options.certificate }, (request, response) => {
      void this.answer(request, response);
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(443, this.options.address, resolve);
    });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  setMode(mode: BmcMode): void {
    this.mode = mode;
    this.liesOff = false;
    this.refused = 0;
    this.options.log.write({
      event: "bmc-mode",
      node: this.options.power.node.name,
      by: "lab",
      detail: mode,
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { power, log } = this.options;
    const dead = this.isDead();
    const from = request.socket.remoteAddress ?? "?";
    const to = this.options.outlets === true ? " to the outlets" : "";
    const what = `${request.method ?? "?"} ${request.url ?? "?"} from ${from}${to}`;
    log.write({ event: "request", node: power.node.name, by: "bmc", detail: dead ? `${what} (dead)` : what });
    if (dead || this.mode === "hangs") {
      this.noteAnswer(`${request.method ?? "?"} 0 ${from}`);
      if (dead) request.socket.destroy();
      return;
    }
    const body = await readBody(request);
    const known = this.mode !== "unauthorized" && this.authorized(request);
    if (known) await this.serve(request, response, body);
    else reply(response, 401, { error: { code: "Base.1.0.NoValidSession" } });
    const wish = request.method === "POST" ? resetTypeOf(body) : request.method;
    this.noteAnswer(`${wish ?? "?"} ${response.statusCode} ${from}`);
  }

  private isDead(): boolean {
    return this.mode === "dead" || (this.mode === "dead-with-node" && !this.options.power.isPowered);
  }

  private noteAnswer(detail: string): void {
    const { power, log } = this.options;
    log.write({ event: "answered", node: power.node.name, by: "bmc", detail });
  }

  private async serve(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const path = (request.url ?? "/").replace(/\/+$/, "");
    if (request.method === "GET" && path === "/redfish/v1") {
      reply(response, 200, {
        "@odata.id": "/redfish/v1",
        RedfishVersion: "1.6.0",
        Systems: { "@odata.id": "/redfish/v1/Systems" },
      });
    } else if (request.method === "GET" && path === "/redfish/v1/Systems") {
      reply(response, 200, { "Members@odata.count": 1, Members: [{ "@odata.id": systemPath }] });
    } else if (request.method === "GET" && path === systemPath) {
      reply(response, 200, this.system());
    } else if (request.method === "POST" && path === `${systemPath}/Actions/ComputerSystem.Reset`) {
      await this.resetSystem(response, body);
    } else {
      reply(response, 404, { error: { code: "Base.1.0.ResourceMissingAtURI" } });
    }
  }

  private system(): object {
    const off = this.liesOff || !this.options.power.isPowered;
    return {
      "@odata.id": systemPath,
      Id: "1",
      Name: this.options.power.node.name,
      PowerState: off ? "Off" : "On",
      Actions: {
        "#ComputerSystem.Reset": {
          target: `${systemPath}/Actions/ComputerSystem.Reset`,
          "ResetType@Redfish.AllowableValues": [
            "On",
            "ForceOff",
            "ForceRestart",
            "ForceOn",
            "PushPowerButton",
          ],
        },
      },
    };
  }

  private async resetSystem(response: ServerResponse, body: string): Promise<void> {
    if (this.mode === "fails-twice") this.refused += 1;
    if (this.mode === "refuses" || (this.mode === "fails-twice" && this.refused <= 2)) {
      reply(response, 503, { error: { code: "Base.1.0.ServiceTemporarilyUnavailable" } });
      return;
    }
    const type = resetTypeOf(body);
    if (this.mode === "lies") {
      this.liesOff = type === "ForceOff";
      reply(response, 204, undefined);
      return;
    }
    const { power } = this.options;
    if (type === "ForceOff") await power.off("bmc");
    else if (type === "On" || type === "ForceOn") {
      if (this.mode !== "stays-off") await power.on("bmc");
    } else if (type === "ForceRestart") await power.reset("bmc");
    else {
      reply(response, 400, { error: { code: "Base.1.0.ActionParameterNotSupported" } });
      return;
    }
    reply(response, 204, undefined);
  }

  private authorized(request: IncomingMessage): boolean {
    const { username, password } = this.options;
    const expected = Buffer.from(`Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`);
    const given = Buffer.from(request.headers.authorization ?? "");
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

function resetTypeOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "ResetType" in parsed)
      return String(parsed.ResetType);
  } catch {
    // not JSON: no reset type
  }
  return undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > 65_536) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function reply(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, {
    "Content-Type": "application/json",
    "OData-Version": "4.0",
    Connection: "close",
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

// A group whose nodes are ports of this machine, for what happens before and without a cluster.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface LocalGroup {
  readonly folder: string;
  readonly file: string;
}

/** Writes a pair whose sshd would be at `port`, with a fresh key, host keys and secrets. */
export function localGroup(port: number): LocalGroup {
  const folder = mkdtempSync(join(tmpdir(), "dcn-ha-nodes-"));
  const key = join(folder, "id_ed25519");
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  mkdirSync(join(folder, "secrets/bmc"), { recursive: true });
  const nodes = ["gw1", "gw2"].map((name, index) => {
    writeFileSync(join(folder, "secrets/bmc", name), "secret\n", { mode: 0o600 });
    return {
      name,
      addresses: { site: `10.20.1.1${index + 1}` },
      ssh: {
        address: "127.0.0.1",
        port,
        hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJnkYmX0BzkS5pCQ1xCHpDhHc2nSWOdnV8mpOzP8Iqxp",
      },
      fence: {
        redfish: { address: `127.0.0.${index + 1}`, username: "dcn", password: { secret: `bmc/${name}` } },
      },
    };
  });
  const group = {
    kind: "NodeGroup",
    name: "pair",
    policy: "edge-two-node",
    networks: ["site"],
    ssh: { identityFile: "id_ed25519" },
    nodes,
  };
  const file = join(folder, "pair.json");
  writeFileSync(file, JSON.stringify(group));
  return { folder, file };
}

/** A port that takes connections and never says a word; `server` must be closed. */
export async function silentPort(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, server };
}

/** A port where nobody listens. */
export async function closedPort(): Promise<number> {
  const { port, server } = await silentPort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

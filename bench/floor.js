// The floor beneath every command of ours over SSH: bare Node and ssh2, which log in to all ADDRESSES at once and run LINE there.
// usage: node bench/floor.js USER KEYFILE KNOWNHOSTS LINE ADDRESS...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Of ssh2 only what a client needs, as in the joined files.
const Client = createRequire(import.meta.url)("ssh2/lib/client.js");
const [username, keyFile, knownHosts, line, ...addresses] = process.argv.slice(2);
const privateKey = readFileSync(keyFile);
const known = readFileSync(knownHosts, "utf8");

function runOn(host) {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.on("error", reject);
    client.on("ready", () => {
      client.exec(line, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        channel.resume();
        channel.stderr.resume();
        channel.on("close", (code) => {
          client.end();
          if (code === 0) resolve();
          else reject(new Error(`${host}: ${line} ended with ${code}`));
        });
        channel.end();
      });
    });
    client.connect({
      host,
      username,
      privateKey,
      hostVerifier: (key) => known.includes(key.toString("base64")),
      algorithms: {
        kex: ["curve25519-sha256"],
        cipher: ["aes128-gcm@openssh.com"],
        serverHostKey: ["ssh-ed25519"],
        compress: ["none"],
      },
    });
  });
}

await Promise.all(addresses.map(runOn));
process.exit(0);

import type { Server, Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { connectionsAhead, withConnection } from "../../src/cli/connection.js";
import { sshTargets, userHome } from "../../src/cli/ssh-targets.js";
import type { ResolvedGroup } from "../../src/profile/index.js";
import { groupHosts, parseDocuments, resolveGroup } from "../../src/profile/index.js";
import { loadSources } from "../../src/sources/index.js";
import { localGroup, silentPort } from "./nodes.js";

let server: Server | undefined;
let taken: Socket[] = [];
afterEach(() => {
  for (const socket of taken) socket.destroy();
  taken = [];
  server?.close();
});

/** A host that takes connections and never says a word. */
async function silentHost(): Promise<number> {
  const silent = await silentPort();
  server = silent.server.on("connection", (socket) => taken.push(socket.resume()));
  return silent.port;
}

async function groupAt(port: number): Promise<ResolvedGroup> {
  const { sources } = await loadSources([localGroup(port).file]);
  const { group } = resolveGroup(parseDocuments(sources).documents);
  if (group === undefined) throw new Error("the group of the test is at fault");
  return group;
}

describe("connections that begin ahead of their command", () => {
  test("wait for no node, and are the ones that the command uses", async () => {
    const group = await groupAt(await silentHost());
    const begun = connectionsAhead();
    await begun.begin(group);
    await expect.poll(() => taken.length).toBe(group.nodes.length);
    await withConnection(group, () => Promise.resolve(), { begun });
    expect(taken.length).toBe(group.nodes.length);
    await expect.poll(() => taken.every(({ readableEnded, closed }) => readableEnded || closed)).toBe(true);
  });

  test("are closed, and nobody's, where the command goes elsewhere", async () => {
    const group = await groupAt(await silentHost());
    const begun = connectionsAhead();
    await begun.begin(group);
    await expect.poll(() => taken.length).toBe(group.nodes.length);
    const targets = await sshTargets(group, "user", userHome());
    expect(await begun.take(targets.map((target) => ({ ...target, user: "somebody" })))).toBeUndefined();
    await expect.poll(() => taken.every(({ readableEnded, closed }) => readableEnded || closed)).toBe(true);
    expect(await begun.take(targets)).toBeUndefined();
  });
});

test("the hosts of each group of the library are those that its resolution has", async () => {
  const { sources } = await loadSources(["profiles/groups"]);
  const parsed = parseDocuments(sources);
  const names = parsed.documents.filter(({ kind }) => kind === "NodeGroup").map(({ name }) => name);
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    const { group } = resolveGroup(parsed.documents, name);
    const { nodes, quorumDeviceHost } = group ?? {};
    expect(groupHosts(parsed, name)).toEqual({ nodes, ...(quorumDeviceHost && { quorumDeviceHost }) });
  }
  expect(groupHosts(parsed, "nobody")).toBeUndefined();
});

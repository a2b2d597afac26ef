// Says who is changing a group now, and frees the lock of somebody who is gone for good (docs/lock.md).
import type { LockState, LockView } from "../../workflows/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { withConnection } from "../connection.js";
import { asTyped, groupArgument, loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "says who is changing a group now, and frees the lock of somebody who is gone",
  subcommands: {
    show: {
      summary: "says who holds the group's lock, for what, and at which step",
      arguments: [groupArgument],
      options: [profilesOption],
      examples: ["dcn-ha lock show cabinet-7.yaml", "dcn-ha lock show cabinet-7 --json"],
      run: show,
    },
    break: {
      summary: "frees the lock of a holder who is gone for good",
      arguments: [
        groupArgument,
        {
          name: "HOLDER",
          help: "the holder's token as `lock show` prints it, or its first eight characters",
        },
      ],
      options: [
        profilesOption,
        { flags: "--yes", help: "you have made sure that the holder is not at work" },
      ],
      examples: ["dcn-ha lock break cabinet-7.yaml 3f0c91d2 --yes"],
      run: breakIt,
    },
  },
};

async function show(call: Call): Promise<number> {
  const { name, views } = await look(call);
  const known = views.filter((view) => view.trouble === undefined);
  const text = [headline(name, views, asTyped(call)), ...troubles(views)].join("\n");
  call.output.answer({ group: name, held: heldIn(views), nodes: views }, text);
  return known.length === 0 ? exitCodes.unreachable : exitCodes.done;
}

async function breakIt(call: Call): Promise<number> {
  const { DcnError } = await import("../../errors/index.js");
  const { breakLock } = await import("../../workflows/index.js");
  const { name, views } = await look(call);
  const [, wanted = ""] = call.arguments;
  const held = heldIn(views);
  const chosen = held.find(({ token }) => wanted.length >= 8 && token.startsWith(wanted));
  if (chosen === undefined) {
    const text = `nobody with the token ${wanted} holds a lock of ${name}\n${headline(name, views, asTyped(call))}`;
    throw new DcnError("refused", "OTHER_HOLDER", text, { hint: `dcn-ha lock show ${asTyped(call)}` });
  }
  if (!call.options.flag("yes")) {
    const text = `${name} would be taken from ${words(chosen)}`;
    const hint = "make sure that this holder is not at work any more, then add --yes";
    throw new DcnError("refused", "NOT_CONFIRMED", text, { hint });
  }
  const freed = await withNodes(call, (options) => breakLock(options, chosen.token));
  if (freed.length === 0) {
    const quorum = views.some((view) => view.quorate === true);
    const text = quorum
      ? `${name}: nothing was freed: the lock changed hands meanwhile`
      : `${name}: nothing was freed: no node has quorum, and without it nobody can write to the cluster`;
    throw new DcnError("busy", quorum ? "OTHER_HOLDER" : "NO_QUORUM", text, {
      hint: `dcn-ha lock show ${asTyped(call)}`,
      retryable: true,
    });
  }
  call.output.answer(
    { group: name, broken: chosen, freed },
    `${name}: freed, it was held by ${words(chosen)}`,
  );
  return exitCodes.done;
}

type Held = Extract<LockState, { state: "held" }>;

async function look(call: Call): Promise<{ name: string; views: LockView[] }> {
  const { showLock } = await import("../../workflows/index.js");
  return withNodes(call, async (options) => ({ name: options.group, views: await showLock(options) }));
}

type Look = Parameters<typeof import("../../workflows/index.js")["showLock"]>[0];

async function withNodes<T>(call: Call, work: (options: Look) => Promise<T>): Promise<T> {
  const group = await loadGroup(call);
  const nodes = group.nodes.map((node) => node.name);
  return withConnection(group, ({ transport }) =>
    work({ group: group.name, transport, nodes, signal: call.signal }),
  );
}

/** Every holder that some node knows of, once. Nodes without quorum may be behind, so they are asked only where no other is. */
function heldIn(views: readonly LockView[]): Held[] {
  const quorate = views.filter((view) => view.quorate === true);
  const cluster = (quorate.length > 0 ? quorate : views).map((view) => view.lock);
  const held = [...cluster, ...views.map((view) => view.claim)].filter((lock) => lock?.state === "held");
  return held.filter((lock, at) => held.findIndex((other) => other.token === lock.token) === at);
}

function headline(name: string, views: readonly LockView[], typed: string): string {
  if (views.every((view) => view.trouble !== undefined)) return `${name}: unknown, no node answers`;
  const held = heldIn(views);
  const unreadable = views
    .flatMap(({ lock }) => (lock?.state === "unreadable" ? [lock.text] : []))
    .slice(0, 1);
  const guard = (views.find((view) => view.quorate === true) ?? views[0])?.guard;
  const waits =
    guard?.state === "armed"
      ? [`${name}: a change goes back at ${guard.until} unless it is confirmed: dcn-ha confirm ${typed}`]
      : [];
  const lines = [
    ...held.map((lock) => `${name}: held by ${words(lock)}`),
    ...unreadable.map((text) => `${name}: held, and not readable: ${text}`),
    ...waits,
  ];
  if (lines.length > 0) return lines.join("\n");
  // A node whose cluster does not run knows of claims alone.
  const runs = views.some((view) => view.quorate !== undefined);
  return runs ? `${name}: free` : `${name}: unknown, the cluster runs on no node that answers`;
}

function words({ token, holder, purpose, step, since }: Held): string {
  const who = whose(holder);
  return `${who}\n  for      ${purpose}\n  at step  ${step}\n  since    ${since}\n  token    ${token}`;
}

function whose(holder: Held["holder"]): string {
  if (holder.kind === "controller") return `${holder.user} on ${holder.host}, process ${holder.pid}`;
  return holder.kind === "node"
    ? `node ${holder.node}`
    : `the FleetLock client ${holder.id} of the group ${holder.group}`;
}

function troubles(views: readonly LockView[]): string[] {
  return views.flatMap((view) => {
    if (view.trouble !== undefined) return [`  ${view.trouble}`];
    return view.quorate === false ? [`  ${view.node}: without quorum; it may be behind`] : [];
  });
}

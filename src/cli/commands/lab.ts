// `dcn-ha lab …`: the embedded lab on this machine.
import type { Births, Guest } from "../../lab/index.js";
import { birthOptions } from "../births.js";
import type { Call, CommandDefinition } from "../command.js";
import { loadDocuments, profilesOption } from "../group.js";
import { lineOptions, nameOption, pathsFor } from "../lab-call.js";
import { truth } from "../lab-truth.js";
import { exitCodes } from "../trouble.js";

/** The group of `--group`; it has its own nodes and networks, so that nobody may ask for others. */
async function guestOf(call: Call): Promise<Guest | undefined> {
  const word = call.options.text("group");
  if (word === undefined) return undefined;
  const other = ["nodes", "networks"].find((name) => call.options.text(name) !== undefined);
  if (other !== undefined) {
    const { DcnError } = await import("../../errors/index.js");
    throw new DcnError("usage", "LAB_GROUP", `--${other} and --group do not go together`, {
      hint: "the group says how many",
    });
  }
  const { resolved, document, documents } = await loadDocuments(call, word);
  return { group: document, policy: resolved.policyName, documents };
}

/** The devices of `--images`. */
async function devicesOf(call: Call): Promise<Births | undefined> {
  const word = call.options.text("images");
  if (word === undefined) return undefined;
  const other = ["group", "nodes", "networks"].find((name) => call.options.text(name) !== undefined);
  if (other !== undefined) {
    const { DcnError } = await import("../../errors/index.js");
    throw new DcnError("usage", "LAB_IMAGES", `--${other} and --images do not go together`, {
      hint: "the groups of the image set say which devices there are",
    });
  }
  const { birthsOf } = await import("../births.js");
  return birthsOf(call, word, call.options.flag("off"));
}

const up: CommandDefinition = {
  summary: "starts a lab and writes a profile that apply takes",
  options: [
    nameOption,
    {
      flags: "--group <GROUP>",
      help: "runs this group as a guest: its nodes, networks, workloads and constraints on the lab's hardware",
    },
    {
      flags: "--images <SET>",
      help: "boots the devices of this image set from published images: nobody applies anything to them",
    },
    ...birthOptions,
    { flags: "--off", help: "with --images: leaves the devices switched off" },
    profilesOption,
    { flags: "--nodes <N>", help: "how many cluster nodes, 1 to 8 (default: 3)" },
    {
      flags: "--os <LIST>",
      help: "debian12 or debian13, or a comma list, one for each node",
      default: "debian12",
    },
    { flags: "--networks <N>", help: "how many cluster networks, 1 to 3 (default: 2)" },
    { flags: "--bare", help: "nodes before their first apply: helper not installed, a root login that may" },
    { flags: "--qdevice", help: "adds a quorum device host (corosync-qnetd)" },
    { flags: "--remote", help: "adds a pacemaker_remote host" },
    { flags: "--client", help: "adds a client machine in the cluster networks" },
    {
      flags: "--firmware <SECONDS>",
      help: "how long a machine's firmware takes at every boot, as that of real hardware does (default: none)",
    },
  ],
  examples: [
    "dcn-ha lab up",
    "dcn-ha lab up --name mixed --nodes 3 --os debian12,debian12,debian13",
    "dcn-ha lab up --group profiles/groups/cabinet-three.yaml",
    "dcn-ha lab up --images profiles/images/plant.yaml --repository /srv/repo --channel stable --keys plant.gpg",
  ],
  run: async (call) => {
    const { bringUp, parseOses, RESOURCES_FOLDER } = await import("../../lab/index.js");
    const paths = await pathsFor(call);
    const births = await devicesOf(call);
    const guest = births === undefined ? await guestOf(call) : undefined;
    const result = await bringUp({
      paths,
      resources: RESOURCES_FOLDER,
      ...(guest === undefined ? {} : { guest }),
      ...(births === undefined ? {} : { births }),
      shape: {
        name: paths.labName,
        nodes: call.options.number("nodes", 1, 8) ?? 3,
        oses: parseOses(call.options.text("os") ?? "debian12"),
        networks: call.options.number("networks", 1, 3) ?? 2,
        bare: call.options.flag("bare"),
        qdevice: call.options.flag("qdevice"),
        remote: call.options.flag("remote"),
        client: call.options.flag("client"),
        firmwareSeconds: call.options.number("firmware", 1, 600),
      },
      onProgress: (text) => call.output.progress(text),
      signal: call.signal,
    });
    const names = result.spec.nodes.map((node) => `${node.name} (${node.os})`).join(", ");
    call.output.answer(
      {
        lab: paths.labName,
        nodes: result.spec.nodes,
        profile: result.profile,
        seconds: result.seconds,
        ...(guest === undefined ? {} : { group: guest.group.name, replacements: result.replacements }),
      },
      [
        `lab ${paths.labName} is up: ${names}`,
        ...(guest === undefined ? [] : [`guest: the group ${guest.group.name}, with these replacements:`]),
        ...result.replacements.map(({ at, was, now }) => `  ${at}: ${was} → ${now}`),
        births === undefined
          ? `next: dcn-ha apply ${result.profile}`
          : `next: dcn-ha ${births.off ? `lab power on ${births.set.sites[0]?.groups[0]?.nodes[0]?.name ?? ""} --name ${paths.labName}` : `status ${result.profile}`}`,
      ].join("\n"),
    );
    return exitCodes.done;
  },
};

const quickstart: CommandDefinition = {
  summary: "runs the main job from nothing to nothing: form, lose a node, heal, take down",
  options: [
    { ...nameOption, default: "quickstart" },
    { flags: "--nodes <N>", help: "how many nodes, 2 or 3", default: "3" },
    {
      flags: "--os <LIST>",
      help: "debian12 or debian13, or a comma list, one for each node",
      default: "debian12",
    },
    { flags: "--keep", help: "keep the lab to look around" },
  ],
  examples: ["dcn-ha lab quickstart", "dcn-ha lab quickstart --os debian12,debian13 --json"],
  run: async (call) => {
    const { parseOses, quickstart: run, RESOURCES_FOLDER } = await import("../../lab/index.js");
    const { quickstartProduct } = await import("../quickstart-product.js");
    const paths = await pathsFor(call);
    const report = await run({
      paths,
      resources: RESOURCES_FOLDER,
      product: quickstartProduct(call),
      keep: call.options.flag("keep"),
      shape: {
        name: paths.labName,
        nodes: call.options.number("nodes", 2, 3) ?? 3,
        oses: parseOses(call.options.text("os") ?? "debian12"),
        networks: 2,
        bare: false,
        qdevice: false,
        remote: false,
        client: false,
      },
      onStep: (text) => call.output.headline(text),
      onProgress: (text) => call.output.progress(`    ${text}`),
      signal: call.signal,
    });
    const good = report.fenced && report.rejoined && report.doubleRuns === 0;
    call.output.event(report, good ? "the group healed itself" : "the group did NOT heal as promised");
    return good ? exitCodes.done : exitCodes.failed;
  },
};

const down: CommandDefinition = {
  summary: "ends a lab and leaves nothing of it behind",
  options: [
    nameOption,
    { flags: "--no-check", help: "do not look first whether the nodes' disks are sound" },
  ],
  examples: ["dcn-ha lab down", "dcn-ha lab down --name mixed --no-check"],
  run: async (call) => {
    const { takeDown } = await import("../../lab/index.js");
    const paths = await pathsFor(call);
    const check = call.options.flag("check");
    const result = await takeDown({ paths, check, onProgress: (text) => call.output.progress(text) });
    const damage = Object.entries(result.damaged).map(
      ([node, words]) => `disk of ${node} was damaged: ${words}`,
    );
    const text = result.existed ? `lab ${paths.labName} is down` : `there was no lab ${paths.labName}`;
    call.output.answer({ lab: paths.labName, ...result }, [text, ...damage].join("\n"));
    return damage.length === 0 ? exitCodes.done : exitCodes.failed;
  },
};

const status: CommandDefinition = {
  summary: "says which machines of a lab are on",
  options: [nameOption],
  examples: ["dcn-ha lab status", "dcn-ha lab status --json"],
  run: async (call) => {
    const { labStatus } = await import("../../lab/index.js");
    const found = await labStatus(await pathsFor(call));
    const lines = found.machines.map(
      (machine) => `${machine.name}  ${machine.os}  ${machine.power}  ${machine.address}`,
    );
    call.output.answer(found, [`lab ${found.lab}, profile ${found.profile}`, ...lines].join("\n"));
    return exitCodes.done;
  },
};

const exec: CommandDefinition = {
  summary: "runs a command as root inside a machine of a lab",
  arguments: [
    { name: "NODE", help: "a machine of the lab" },
    { name: "COMMAND", help: "command and arguments", variadic: true },
  ],
  options: [nameOption],
  passThrough: true,
  examples: ["dcn-ha lab exec dcn1 -- crm_mon -1", "dcn-ha lab exec dcn1 -- sh"],
  run: async (call) => {
    const { attachInside } = await import("../../lab/index.js");
    const [node = "", ...words] = call.arguments;
    const argv = words[0] === "--" ? words.slice(1) : words;
    const capture = call.output.json;
    const result = await attachInside(await pathsFor(call), node, { argv, capture });
    if (capture) call.output.answer(result, "");
    return result.exitCode ?? exitCodes.failed;
  },
};

const fault: CommandDefinition = {
  summary: "injects a fault and confirms that it bit",
  arguments: [
    {
      name: "KIND",
      help: "power-off, freeze, cut-network …; without further words: lists all",
      optional: true,
    },
    { name: "TARGET", help: "what the fault needs", variadic: true, optional: true },
  ],
  options: [nameOption, ...lineOptions],
  examples: [
    "dcn-ha lab fault",
    "dcn-ha lab fault power-off dcn1",
    "dcn-ha lab fault cut-network process",
    "dcn-ha lab fault misbehave dcn1 --network site --delay 20ms --jitter 5ms --loss 1 --seed 7",
  ],
  run: async (call) => {
    const { faultKinds, injectInto, misbehaviourWords } = await import("../../lab/index.js");
    const [kind, ...words] = call.arguments;
    const settings = misbehaviourWords.flatMap((name) => {
      const value = call.options.text(name);
      return value === undefined ? [] : [`${name}=${value}`];
    });
    const args = [...words, ...settings];
    if (kind === undefined) {
      const rows = faultKinds.map(({ name, usage, summary }) => ({ name, usage, summary }));
      const lines = rows.map((row) => `${`${row.name} ${row.usage}`.padEnd(28)} ${row.summary}`);
      call.output.answer(rows, lines.join("\n"));
      return exitCodes.done;
    }
    const effect = await injectInto(await pathsFor(call), kind, args);
    call.output.answer({ fault: kind, arguments: args, effect }, effect);
    return exitCodes.done;
  },
};

const power: CommandDefinition = {
  summary: "works the power switch of machines, as the BMC would",
  arguments: [
    { name: "ACTION", help: "what to do", choices: ["on", "off", "reset"] },
    { name: "NODE", help: "one or more machines", variadic: true },
  ],
  options: [nameOption],
  examples: ["dcn-ha lab power off dcn1 dcn2", "dcn-ha lab power on dcn1"],
  run: async (call) => {
    const { switchPower } = await import("../../lab/index.js");
    const paths = await pathsFor(call);
    const [action = "", ...nodes] = call.arguments;
    await Promise.all(nodes.map((node) => switchPower(paths, node, action as "on" | "off" | "reset")));
    call.output.answer({ action, nodes }, nodes.map((node) => `${node}: ${action}`).join("\n"));
    return exitCodes.done;
  },
};

const heal: CommandDefinition = {
  summary: "undoes every fault of a lab and switches its machines on",
  options: [nameOption],
  examples: ["dcn-ha lab heal"],
  run: async (call) => {
    const { heal: healAll } = await import("../../lab/index.js");
    const undone = await healAll(await pathsFor(call));
    call.output.answer({ undone }, undone.length === 0 ? "nothing to heal" : undone.join("\n"));
    return exitCodes.done;
  },
};

/** The family of lab commands. */
export const command: CommandDefinition = {
  summary: "runs real clusters on this machine: nodes, networks, BMCs, faults",
  subcommands: { up, down, status, exec, power, fault, heal, truth, quickstart },
};

// Prints what a group becomes: the cluster model, the CIB, corosync.conf, pcs commands, or booth.conf; or writes it into a folder.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ResolvedGroup } from "../../profile/index.js";
import type { CommandDefinition, OptionValues } from "../command.js";
import { checkNetworks, groupArgument, loadGroup, profilesOption } from "../group.js";
import { exitCodes } from "../trouble.js";

interface Versions {
  readonly validateWith: string;
  readonly featureSet: string;
}

interface Artifact {
  readonly file: string;
  readonly text: string;
  /** For `--json`: the model itself with its origins by id, or the text. */
  readonly data: unknown;
}

export const command: CommandDefinition = {
  summary: "prints what a group becomes: model, CIB, corosync.conf, pcs commands or booth.conf",
  arguments: [groupArgument],
  options: [
    {
      flags: "--to <ARTIFACT>",
      help: "what to print",
      choices: ["model", "cib", "corosync", "pcs", "booth"],
      required: true,
    },
    { flags: "--out <DIR>", help: "write a file into this folder instead" },
    {
      flags: "--validate-with <SCHEMA>",
      help: "schema that the CIB names; apply takes it from the nodes",
      default: "pacemaker-3.9",
    },
    { flags: "--feature-set <VERSION>", help: "crm_feature_set that the CIB names", default: "3.16.1" },
    {
      flags: "--with-secrets",
      help: "put the values of secrets into the CIB or the pcs commands; without it their references stand there",
    },
    profilesOption,
  ],
  examples: [
    "dcn-ha render cabinet-7.yaml --to cib",
    "dcn-ha render cabinet-7.yaml --to corosync --out build/cabinet-7",
    "dcn-ha render cabinet-7.yaml --to pcs --out build/cabinet-7",
    "dcn-ha render plants.yaml --to booth --out build/arbitrator",
  ],
  run: async (call) => {
    const { options, output } = call;
    const versions = await versionsOf(options);
    const loaded = await loadGroup(call);
    const group = options.flag("with-secrets") ? await filled(loaded) : loaded;
    const artifact = await makeArtifact(options.text("to") ?? "", group, versions);
    const folder = options.text("out");
    if (folder === undefined) {
      output.answer(artifact.data, artifact.text);
      return exitCodes.done;
    }
    await mkdir(folder, { recursive: true });
    const path = join(folder, artifact.file);
    const secret = options.flag("with-secrets");
    // A file that is there keeps its mode when it is written: one with secrets is made anew.
    if (secret) await rm(path, { force: true });
    await writeFile(path, artifact.text, secret ? { mode: 0o600, flag: "wx" } : {});
    output.answer({ files: [path] }, path);
    return exitCodes.done;
  },
};

/** What the CIB says of itself; Pacemaker refuses one that it does not know. */
async function versionsOf(options: OptionValues): Promise<Versions> {
  const { DcnError } = await import("../../errors/index.js");
  const value = (name: string, form: RegExp, example: string): string => {
    const text = options.text(name) ?? "";
    if (form.test(text)) return text;
    throw new DcnError("usage", "WRONG_OPTION", `--${name} takes ${example}, not ${text}`);
  };
  return {
    validateWith: value("validate-with", /^pacemaker-\d+\.\d+$/, "the name of a schema, as pacemaker-3.9"),
    featureSet: value("feature-set", /^\d+\.\d+\.\d+$/, "a version, as 3.16.1"),
  };
}

async function filled(group: ResolvedGroup): Promise<ResolvedGroup> {
  const { fillSecrets } = await import("../../sources/index.js");
  return { ...group, model: await fillSecrets(group.model, dirname(group.file)) };
}

async function makeArtifact(to: string, group: ResolvedGroup, version: Versions): Promise<Artifact> {
  const { model } = group;
  switch (to) {
    case "cib": {
      const { renderCib } = await import("../../cib/index.js");
      const { validateWith, featureSet: crmFeatureSet } = version;
      const text = renderCib(model.configuration, { validateWith, crmFeatureSet, epoch: 1 });
      return { file: "cib.xml", text, data: { cib: text } };
    }
    case "corosync": {
      checkNetworks(group);
      const { renderCorosyncConf } = await import("../../corosync/index.js");
      const text = renderCorosyncConf(model);
      return { file: "corosync.conf", text, data: { corosync: text } };
    }
    case "booth": {
      const { renderBoothConf } = await import("../../booth/index.js");
      if (model.tickets === undefined) throw await noTickets(group);
      const text = renderBoothConf(model.tickets);
      return { file: "booth.conf", text, data: { booth: text } };
    }
    case "pcs": {
      checkNetworks(group);
      const { pcsCommands, pcsScript } = await import("../../pcs/index.js");
      const commands = pcsCommands(model);
      return { file: "pcs.sh", text: pcsScript(model, commands), data: { commands } };
    }
    default: {
      const { modelText, originText } = await import("../../profile/index.js");
      const origins = Object.fromEntries([...group.origins].map(([id, origin]) => [id, originText(origin)]));
      return { file: "model.yaml", text: modelText(group), data: { ...model, origins } };
    }
  }
}

async function noTickets(group: ResolvedGroup): Promise<Error> {
  const { DcnError } = await import("../../errors/index.js");
  const text = `${group.name} names no TicketManager, so that there is no booth.conf`;
  return new DcnError("invalid", "NO_TICKET_MANAGER", text, { hint: "tickets: NAME, in the group" });
}

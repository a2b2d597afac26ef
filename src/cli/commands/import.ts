// Writes the NodeGroup document of a cluster that exists, so that profiles take over without loss.
import { DcnError } from "../../errors/index.js";
import type { Call, CommandDefinition } from "../command.js";
import { hostOptions, withImportHost } from "../import-host.js";
import { exitCodes, FindingsError } from "../trouble.js";

export const command: CommandDefinition = {
  summary: "writes the NodeGroup document of a cluster that exists",
  arguments: [{ name: "FILE", help: "with --from: the file of that tool", optional: true }],
  options: [
    ...hostOptions,
    { flags: "--cib <FILE>", help: "a CIB, as cibadmin --query or pcs cluster cib print it" },
    { flags: "--corosync <FILE>", help: "a corosync.conf; together with --cib, the whole of a cluster" },
    { flags: "--from <TOOL>", help: "variables of this tool, in FILE", choices: ["ha-cluster"] },
    { flags: "--name <NAME>", help: "name of the group (default: the cluster's)" },
    {
      flags: "--secrets-dir <DIR>",
      help: "write secrets that were found into this folder, readable by you alone",
    },
  ],
  examples: [
    "dcn-ha import --host root@10.20.0.11 --secrets-dir secrets > cabinet-7.yaml",
    "dcn-ha import --cib cib.xml > cabinet-7.yaml",
    "dcn-ha import --cib cib.xml --corosync corosync.conf > cabinet-7.yaml",
    "dcn-ha import --from ha-cluster vars.yml > cabinet-7.yaml",
    "dcn-ha import --cib cib.xml --secrets-dir secrets > cabinet-7.yaml",
  ],
  run: async (call) => {
    const { options, output } = call;
    const sources = sourcesOf(call);
    const { importGroup } = await import("../../workflows/index.js");
    const imported = await withImportHost(call, (host) =>
      importGroup({
        ...sources,
        host,
        name: options.text("name"),
        secretsFolder: options.text("secrets-dir"),
      }),
    );
    const { document, findings, secrets, written } = imported;
    if (document === undefined) throw new FindingsError(findings);
    output.findings(findings);
    for (const secret of secrets) {
      const place = secret.written ? "written" : "to be provided";
      output.progress(`secret ${secret.reference} (${secret.subject}): ${place}`);
    }
    output.answer({ document, findings, secrets, written }, document);
    return exitCodes.done;
  },
};

/** The files to read. Throws DcnError usage for options that do not go together. */
function sourcesOf({ arguments: [file], options }: Call) {
  const [cib, corosync, host] = ["cib", "corosync", "host"].map((name) => options.text(name));
  const haCluster = options.text("from") === undefined ? undefined : file;
  if ((file === undefined) !== (options.text("from") === undefined))
    throw new DcnError("usage", "USAGE", "--from and FILE belong together", {
      hint: "dcn-ha import --from ha-cluster FILE",
    });
  const files = [cib, corosync, haCluster].filter((one) => one !== undefined);
  if (host === undefined && files.length === 0)
    throw new DcnError("usage", "USAGE", "nothing to import", {
      hint: "dcn-ha import --host LOGIN@HOST, or --cib FILE --corosync FILE, or one of the two",
    });
  if (host !== undefined && files.length > 0)
    throw new DcnError(
      "usage",
      "USAGE",
      "--host reads both files of the host: it goes with no other source",
      {
        hint: "dcn-ha import --host LOGIN@HOST",
      },
    );
  const strays = ["identity", "known-hosts", "host-key"].filter((name) => options.text(name) !== undefined);
  if (host === undefined && strays.length > 0)
    throw new DcnError("usage", "USAGE", `--${strays[0] ?? ""} says how to log in to --host`, {
      hint: "dcn-ha import --host LOGIN@HOST",
    });
  return { cib, corosync, haCluster };
}

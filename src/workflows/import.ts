// `import`: reads what describes a cluster that exists, and writes the NodeGroup document that renders back to the same.
import {
  type AdoptedPart,
  adoptCib,
  adoptCorosync,
  adoptHaCluster,
  type FoundSecret,
  groupDocument,
  operatingStates,
} from "../adoption/index.js";
import { type Finding, hasErrors } from "../errors/index.js";
import { readHostConfiguration } from "../observe/index.js";
import { readSourceText, writeSecret } from "../sources/index.js";
import type { Transport } from "../transport/index.js";

/** A host where the cluster runs, and the way to it. */
export interface ImportHost {
  /** Its name for the transport, and in what is said. */
  readonly name: string;
  /** The login that reads; it becomes that of the group. */
  readonly user: string;
  readonly transport: Transport;
  readonly signal?: AbortSignal;
}

/** What to import; at least one source. */
export interface ImportOptions {
  /** Path of a CIB, with or without status. */
  readonly cib?: string | undefined;
  /** Path of a corosync.conf. */
  readonly corosync?: string | undefined;
  /** Path of a file with variables of the Ansible role ha_cluster. */
  readonly haCluster?: string | undefined;
  readonly host?: ImportHost | undefined;
  /** Name of the group, where the sources give none or another one is wished. */
  readonly name?: string | undefined;
  /** Folder into which secrets that stood in the sources are written, readable by their owner alone. */
  readonly secretsFolder?: string | undefined;
}

/** A secret that the document refers to. */
export interface ImportedSecret extends Omit<FoundSecret, "value"> {
  /** False: it has to be provided, before anything can be applied. */
  readonly written: boolean;
}

/** The document, absent where something cannot be represented: the findings name it. */
export interface Imported {
  readonly document?: string;
  readonly findings: readonly Finding[];
  /** Secrets that the document refers to; values are only in files. */
  readonly secrets: readonly ImportedSecret[];
  /** Files that were written. */
  readonly written: readonly string[];
}

/** Imports. Throws DcnError invalid where a source cannot be read at all, and as `readHostConfiguration` where a host does not tell. */
export async function importGroup(options: ImportOptions): Promise<Imported> {
  const parts: AdoptedPart[] = [];
  if (options.host !== undefined) parts.push(...(await fromHost(options.host)));
  const cib =
    options.cib === undefined ? undefined : adoptCib(options.cib, await readSourceText(options.cib));
  if (cib !== undefined) parts.push(cib);
  if (options.corosync !== undefined)
    parts.push(adoptCorosync(options.corosync, await readSourceText(options.corosync), cib));
  if (options.haCluster !== undefined)
    parts.push(...adoptHaCluster(options.haCluster, await readSourceText(options.haCluster)));
  const findings = parts.flatMap((part) => part.findings);
  if (hasErrors(findings)) return { findings, secrets: [], written: [] };
  const found = parts.flatMap((part) => part.secrets);
  const written: string[] = [];
  if (options.secretsFolder !== undefined) {
    for (const { reference, value } of found)
      if (value !== undefined) written.push(await writeSecret(options.secretsFolder, reference, value));
  }
  const secrets = found.map(({ reference, subject, value }) => ({
    reference,
    subject,
    written: options.secretsFolder !== undefined && value !== undefined,
  }));
  const document = groupDocument(parts, options.name);
  return { document, findings: [...findings, ...operatingStates(document)], secrets, written };
}

/** Both files of a host; its corosync.conf tells what the CIB alone does not. */
async function fromHost({ name, user, transport, signal }: ImportHost): Promise<AdoptedPart[]> {
  const { cib, corosyncConf } = await readHostConfiguration(transport, name, signal);
  const configuration = adoptCib(`${name}:cib.xml`, cib);
  const corosync = adoptCorosync(`${name}:/etc/corosync/corosync.conf`, corosyncConf, configuration);
  return [
    { ...corosync, keys: { ...corosync.keys, ssh: { user } } },
    { ...configuration, remarks: [] },
  ];
}

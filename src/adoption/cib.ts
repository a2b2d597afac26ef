// A CIB → the part `cib:` of a NodeGroup document (Pacemaker Explained; pacemaker-3.9.rng), or what of it cannot be represented, by name.
import type { Finding } from "../errors/index.js";
import { childOf, parseXml } from "../xml/index.js";
import type { AdoptedPart } from "./part.js";

/** Reads a CIB with or without status. Throws DcnError invalid where the text is no XML (XML_…). */
export function adoptCib(file: string, text: string): AdoptedPart {
  const cib = parseXml(text, { file, keepComments: true });
  const configuration = childOf(cib, "configuration");
  const findings: Finding[] = [];
  if (cib.name !== "cib" || configuration === undefined)
    findings.push({
      severity: "error",
      code: "CIB_WITHOUT_CONFIGURATION",
      subject: file,
      text: "the XML is no CIB: it has no <configuration>",
    });
  for (const section of configuration?.children ?? [])
    findings.push({
      severity: "error",
      code: "NOT_IMPORTABLE",
      subject: file,
      text: `the section ${section.name} cannot be represented`,
    });
  return { source: `the CIB ${file}`, keys: {}, secrets: [], remarks: [], findings };
}

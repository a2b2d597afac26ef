// What an image is made of, as a CycloneDX 1.5 document (https://cyclonedx.org/docs/1.5/json): its packages, with versions.
import { jsonText } from "./image-file.js";

/** What a list of parts is about. */
export interface SbomSubject {
  /** `plant/hmi/site-1`. */
  readonly name: string;
  readonly version: string;
  /** The image itself, by digest. */
  readonly digest: string;
  /** Source revision; empty where it is not known. */
  readonly revision: string;
  /** Debian suite, as packages are named after it: `bookworm`. */
  readonly suite: string;
}

/** The document; the same for the same image, so it bears neither a serial number nor a time. */
export function sbom(subject: SbomSubject, packages: ReadonlyMap<string, string>): string {
  const { name, version, digest, revision, suite } = subject;
  const components = [...packages]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([component, found]) => {
      const purl = `pkg:deb/debian/${encodeURIComponent(component)}@${encodeURIComponent(found)}?distro=${suite}`;
      return { type: "library", "bom-ref": purl, name: component, version: found, purl };
    });
  const properties = revision === "" ? {} : { properties: [{ name: "dcn-ha:revision", value: revision }] };
  const hashes = [{ alg: "SHA-256", content: digest }];
  const component = { type: "operating-system", "bom-ref": name, name, version, hashes, ...properties };
  return jsonText({
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component },
    components,
  });
}

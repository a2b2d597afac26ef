// The part `cib:` of a NodeGroup: everything that a CIB's configuration can say, one to one, checked by the grammar of src/cib.
import { decodeConfiguration, type TierFault } from "../cib/index.js";
import type { ConfigurationElement, NodeSecret } from "../cluster/index.js";
import { secretOfValue } from "./secret-reference.js";
import { hintFor } from "./spelling.js";
import { placeSecrets } from "./tier-secrets.js";
import { secretFault } from "./values.js";
import { z } from "./zod.js";

/** Keys and list indexes from `cib:` on. */
type TierPath = TierFault["path"];

/** What a `cib:` became. */
export interface Tier {
  readonly elements: readonly ConfigurationElement[];
  /** What each node keeps in a file of its own for it. */
  readonly secrets: readonly NodeSecret[];
  /** The place that made each id. */
  readonly places: ReadonlyMap<string, TierPath>;
}

/** The schema of the part: the decoder says what is wrong; editors get a JSON Schema made from the same grammar. */
export const cibTierSchema = z
  .unknown()
  .check((context) => {
    readTier(context.value, ({ code, path, text, name, known }) => {
      const hint = name === undefined || known === undefined ? undefined : hintFor(name, known);
      const params = { code, ...(hint === undefined ? {} : { hint }), atKey: code === "UNKNOWN_KEY" };
      context.issues.push({ code: "custom", message: text, input: context.value, path: [...path], params });
    });
  })
  .meta({ $ref: "#/$defs/cib.configuration" });

const FORMS =
  "a secret is a path below the secrets folder, or { env }, { command }, { sops, key } or { age }";

type Fault = Omit<TierFault, "code"> & { readonly code: string };

/** Reads the part and reports every fault. */
export function readTier(value: unknown, report: (fault: Fault) => void): Tier {
  const places = new Map<string, TierPath>();
  const configuration = decodeConfiguration(value, {
    fault: report,
    made: (id, path) => {
      if (places.has(id)) report({ code: "DUPLICATE_ID", path, text: `the id ${id} stands twice` });
      else places.set(id, path);
    },
    secret: (reference, path) => {
      const fault = typeof reference === "string" ? secretFault(reference) : undefined;
      if (fault !== undefined) report({ ...fault, path });
      else if (secretOfValue({ secret: reference }) === undefined)
        report({ code: "BAD_SECRET", path, text: FORMS });
    },
  });
  const { elements, secrets, refused } = placeSecrets(configuration.children);
  for (const { pair, reason } of refused)
    report({ code: "SECRET_NEEDS_CIB", path: places.get(pair) ?? [], text: `${pair}: ${reason}` });
  return { elements, secrets, places };
}

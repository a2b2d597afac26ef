// Expressions of Ansible (Jinja2's `{{ }}` and `{% %}`) in variables of ha_cluster: only Ansible, with its inventory and its vault, knows what they are.
import { isSecretName } from "../cib/index.js";
import { isRecord, type VariablePath, type Variables, wordOf } from "./ha-cluster-values.js";

/** True for text of which Ansible makes another one. */
export function isExpression(text: string): boolean {
  return /\{\{|\{%/.test(text);
}

/** Where expressions stand that would come into the document; those of secrets do not, as it has references in their place. */
export function expressionsIn(variables: Variables): VariablePath[] {
  const found: VariablePath[] = [];
  const walk = (value: unknown, path: VariablePath): void => {
    if (typeof value === "string" && isExpression(value)) found.push(path);
    else if (Array.isArray(value)) for (const [index, one] of value.entries()) walk(one, [...path, index]);
    else if (isRecord(value))
      for (const [key, one] of Object.entries(value))
        if (!isLeftOut(path, key) && !(key === "value" && isSecretPair(value, path)))
          walk(one, [...path, key]);
  };
  walk(variables, []);
  return found;
}

/** What is told to somebody, or named as left out, and comes into no document. */
function isLeftOut([variable]: VariablePath, key: string): boolean {
  if (variable === undefined) return key.startsWith("sbd_");
  return variable === "node_options" && (key === "pcs_address" || key.startsWith("sbd_"));
}

/** A pair of an attribute set; options of an operation are attributes, and stand in the document as they are. */
function isSecretPair(pair: Variables, path: VariablePath): boolean {
  return path.at(-2) === "attrs" && !path.includes("operations") && isSecretName(wordOf(pair["name"]));
}

// `{parameter}` and `{parameter.part}` in the texts of a WorkloadProfile.

/** A parameter as its profile may use it: the whole and named parts of it. */
export type ParameterParts = ReadonlyMap<string, string>;

/** What came of a template: its text, or the name that has no value, or the one that nobody knows. */
export type Filled =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unset"; readonly name: string }
  | { readonly kind: "unknown"; readonly name: string };

/** Fills a template. `known` are the parameters that exist, `values` those with a value, by `name` and `name.part`. */
export function fillTemplate(template: string, known: ReadonlySet<string>, values: ParameterParts): Filled {
  let failure: Filled | undefined;
  const text = template.replace(/\{([^{}]*)\}/g, (_, reference: string) => {
    const value = values.get(reference);
    if (value !== undefined) return value;
    const [name = ""] = reference.split(".");
    failure ??=
      known.has(name) && !values.has(name) ? { kind: "unset", name } : { kind: "unknown", name: reference };
    return "";
  });
  return failure ?? { kind: "text", text };
}

// Names that Pacemaker knows (2.1.5 to 3.0, from its daemons' metadata): it ignores a mistyped one in silence, and so does crm_verify.
import { FORMS, type NamedPart } from "./property-forms.js";
import type { Report } from "./report.js";
import { hintFor } from "./spelling.js";

/** The cluster property that was meant, and what others there are. */
export function propertyHint(name: string): string {
  return hintFor(name, [...FORMS.properties.keys()]);
}

/** Reports names that no Pacemaker from 2.1 on would act upon. */
export function checkPropertyNames(part: NamedPart, names: readonly string[], report: Report): void {
  for (const name of names) {
    if (FORMS[part].has(name)) continue;
    const options = { hint: hintFor(name, [...FORMS[part].keys()]), atKey: true };
    report(
      "UNKNOWN_PROPERTY",
      [part, name],
      `Pacemaker has no ${name} here, and would ignore it in silence`,
      options,
    );
  }
}

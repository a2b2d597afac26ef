// What the full-power tier of a profile says: elements of a CIB's `<configuration>` as they are (Pacemaker Explained; pacemaker-3.9.rng).

/** One element; an nvpair may have `secret` in place of `value`: the reference to a secret, as in the profile. */
export interface ConfigurationElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ConfigurationElement[];
}

// Name-value pairs as Pacemaker groups them (Pacemaker Explained, "Rules" and "nvpair").

/** One `nvpair`: the value is text, as in the CIB. */
export interface NameValue {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

/** A set of nvpairs: `instance_attributes`, `meta_attributes`, `cluster_property_set` and the like. */
export interface AttributeSet {
  readonly id: string;
  readonly score?: string;
  readonly pairs: readonly NameValue[];
}

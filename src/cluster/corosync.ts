// corosync.conf as data (corosync.conf(5), votequorum(5)).

/** A node of the nodelist: ring addresses by link number. */
export interface CorosyncNode {
  readonly id: number;
  readonly name: string;
  readonly addresses: readonly string[];
  /** Other keys of the node's section, as `quorum_votes`. */
  readonly entries?: readonly (readonly [key: string, value: string])[];
}

/** One `section { key: value … }` with nested sections in order; values are text. */
export interface CorosyncSection {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly sections: readonly CorosyncSection[];
}

/** The whole file: totem, quorum and logging as sections, nodes as nouns because everybody asks for them. */
export interface CorosyncConfiguration {
  readonly totem: CorosyncSection;
  readonly nodes: readonly CorosyncNode[];
  readonly quorum: CorosyncSection;
  readonly logging: CorosyncSection;
  /** Further sections at the top of the file, as `system` or `resources`. */
  readonly others?: readonly CorosyncSection[];
}

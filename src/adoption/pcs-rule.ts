// A rule in the words of pcs (pcs(8), "constraint location … rule", "resource defaults set create") → a rule of `cib:`, with the ids that pcs would choose.

/** Where a rule stands: pcs writes location rules without boolean-op for one expression, and merges nested ones of one operator. */
export type RulePlace = "location" | "defaults";

type Plain = Readonly<Record<string, unknown>>;

interface Bool {
  readonly operator: string;
  readonly parts: readonly Part[];
  /** It stood in brackets: what follows does not join it. */
  readonly closed?: true;
}

/** One expression: its element, the end of its id, and its attributes. */
interface Leaf {
  readonly element: string;
  readonly idEnd: string;
  readonly value: Plain;
  readonly inner?: { readonly element: string; readonly idEnd: string; readonly value: Plain };
}

type Part = Bool | Leaf;

/** The rule, or in words why the text is none. `owner` is the id of the constraint or set around it. */
export function ruleOfPcs(
  text: string,
  { owner, place }: { readonly owner: string; readonly place: RulePlace },
): Plain | string {
  try {
    const reader = new Reader(text.match(/[()]|[^\s()]+/g) ?? []);
    const whole = reader.expression();
    reader.end();
    const tree = place === "location" ? merged(whole) : whole;
    const alone: Part = isBool(tree) || place === "location" ? tree : { operator: "and", parts: [tree] };
    return ruleValue(alone, { id: `${owner}-rule`, expected: `${owner}-rule`, score: "INFINITY" });
  } catch (error) {
    if (error instanceof NoRule) return error.message;
    throw error;
  }
}

class NoRule extends Error {}

const isBool = (part: Part): part is Bool => "operator" in part;
const BINARY = new Set(["eq", "ne", "lt", "gt", "lte", "gte"]);
const TYPES = new Set(["string", "integer", "number", "version"]);

class Reader {
  private at = 0;
  constructor(private readonly words: readonly string[]) {}

  /** Operators have one rank and bind from the left; a run of one operator is one rule. */
  expression(): Part {
    let left = this.operand();
    for (;;) {
      const operator = this.words[this.at]?.toLowerCase();
      if (operator !== "and" && operator !== "or") return left;
      this.at += 1;
      const right = this.operand();
      const joins = isBool(left) && left.operator === operator && left.closed === undefined;
      left = { operator, parts: [...(joins && isBool(left) ? left.parts : [left]), right] };
    }
  }

  end(): void {
    const rest = this.words[this.at];
    if (rest !== undefined) throw new NoRule(`“${rest}” is not expected there`);
  }

  private next(): string {
    const word = this.words[this.at];
    if (word === undefined) throw new NoRule("it ends too soon");
    this.at += 1;
    return word;
  }

  private peek(ahead = 0): string {
    return this.words[this.at + ahead]?.toLowerCase() ?? "";
  }

  private operand(): Part {
    const word = this.next();
    if (word === "(") {
      const inner = this.expression();
      if (this.next() !== ")") throw new NoRule("a bracket is not closed");
      return isBool(inner) ? { ...inner, closed: true } : inner;
    }
    const name = word.toLowerCase();
    const date = this.date(name);
    if (date !== undefined) return date;
    if (name === "defined" || name === "not_defined")
      return attribute({ attribute: this.next(), operation: name });
    if (BINARY.has(this.peek())) return this.comparison(word);
    if (name === "resource") return this.resource();
    if (name === "op") return this.operation();
    throw new NoRule(`“${word}” begins no expression that we know`);
  }

  /** An expression about time; `date gt integer 5` is about a node attribute that is called so. */
  private date(name: string): Leaf | undefined {
    if (name === "date-spec" && this.peek().includes("="))
      return dates(
        { operation: "date_spec" },
        { element: "date_spec", idEnd: "datespec", value: this.times() },
      );
    if (name !== "date" || (BINARY.has(this.peek()) && this.isType(1))) return undefined;
    if (this.peek() === "in_range") return this.range();
    return this.peek() === "gt" || this.peek() === "lt" ? this.moment(this.next().toLowerCase()) : undefined;
  }

  /** A type stands before a value; alone it is the value. */
  private isType(ahead: number): boolean {
    return TYPES.has(this.peek(ahead)) && ![")", "", "and", "or"].includes(this.peek(ahead + 1));
  }

  private comparison(name: string): Leaf {
    const operation = this.next().toLowerCase();
    const type = this.isType(0) ? this.next().toLowerCase() : undefined;
    const value = this.next();
    return attribute({ attribute: name, operation, value, ...(type === undefined ? {} : { type }) });
  }

  private moment(operation: string): Leaf {
    return dates({ operation, [operation === "gt" ? "start" : "end"]: this.next() });
  }

  private range(): Leaf {
    this.next();
    const start = this.peek() === "to" ? undefined : this.next();
    if (this.next().toLowerCase() !== "to") throw new NoRule("“to” is missing in a range of dates");
    const from = start === undefined ? {} : { start };
    if (this.peek() !== "duration") return dates({ operation: "in_range", ...from, end: this.next() });
    this.next();
    return dates(
      { operation: "in_range", ...from },
      { element: "duration", idEnd: "duration", value: this.times() },
    );
  }

  /** `hours=9-16 weekdays=1-5` */
  private times(): Plain {
    const values: Record<string, string> = {};
    for (let word = this.words[this.at]; word?.includes("=") === true; word = this.words[this.at]) {
      const cut = word.indexOf("=");
      values[word.slice(0, cut)] = word.slice(cut + 1);
      this.at += 1;
    }
    if (Object.keys(values).length === 0) throw new NoRule("a date has no parts, as hours=9-16");
    return values;
  }

  private resource(): Leaf {
    const word = this.next();
    const [standard = "", provider = "", type = "", ...more] = word.split(":");
    if (more.length > 0 || !word.includes(":")) throw new NoRule(`“${word}” is no standard:provider:type`);
    const given = Object.entries({ class: standard, provider, type }).filter(([, part]) => part !== "");
    const parts = given.map(([, part]) => part);
    return {
      element: "rsc_expression",
      idEnd: ["rsc", ...parts].join("-"),
      value: Object.fromEntries(given),
    };
  }

  private operation(): Leaf {
    const name = this.next();
    const interval = this.peek().startsWith("interval=") ? this.next().slice("interval=".length) : undefined;
    const value = { name, ...(interval === undefined ? {} : { interval }) };
    return { element: "op_expression", idEnd: `op-${name}`, value };
  }
}

function attribute(value: Plain): Leaf {
  return { element: "expression", idEnd: "expr", value };
}

function dates(value: Plain, inner?: Leaf["inner"]): Leaf {
  const leaf = { element: "date_expression", idEnd: "expr", value };
  return inner === undefined ? leaf : { ...leaf, inner };
}

/** Rules of one operator within each other are one. */
function merged(part: Part): Part {
  if (!isBool(part)) return part;
  const parts = part.parts
    .map(merged)
    .flatMap((one) => (isBool(one) && one.operator === part.operator ? one.parts : [one]));
  return { operator: part.operator, parts };
}

function ruleValue(
  part: Part,
  { id, expected, score }: { readonly id: string; readonly expected: string; readonly score: string },
): Plain {
  const used = new Set<string>();
  const unique = (end: string): string => {
    const base = `${id}-${end}`.replace(/[^A-Za-z0-9_.-]/g, "");
    for (let number = 0; ; number += 1) {
      const candidate = number === 0 ? base : `${base}-${number}`;
      if (used.has(candidate)) continue;
      used.add(candidate);
      return candidate;
    }
  };
  const one = (inner: Part): Plain => {
    if (isBool(inner)) {
      const own = unique("rule");
      return { rule: ruleValue(inner, { id: own, expected: "", score: "0" }) };
    }
    const own = unique(inner.idEnd);
    const below = inner.inner;
    const within =
      below === undefined ? {} : { [below.element]: { id: `${own}-${below.idEnd}`, ...below.value } };
    return { [inner.element]: { id: own, ...inner.value, ...within } };
  };
  const parts = isBool(part) ? part.parts : [part];
  return {
    ...(id === expected ? {} : { id }),
    ...(isBool(part) ? { "boolean-op": part.operator } : {}),
    score,
    expressions: parts.map(one),
  };
}

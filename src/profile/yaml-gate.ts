// The gate before YAML is understood (YAML 1.2.2): what is too deep, too much or would unfold without end is refused while it is read.
import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type LineCounter,
  type Node,
  Parser,
} from "yaml";

/** Levels within each other that a profile may have. */
export const MAX_DEPTH = 50;
/** Values of a document, aliases counted out in full. */
export const MAX_VALUES = 100_000;
/** Characters that may begin, end or part a value: counted before anything is read, as that costs next to nothing. */
const MAX_MARKS = 100_000;
const MARKS = Uint8Array.from({ length: 128 }, (_, code) =>
  "\n\t,:[{&*!?\"'\\#".includes(String.fromCharCode(code)) ? 1 : 0,
);
const MAX_DOCUMENTS = 200;

/** The documents of a file as the library composes them, or where a limit was passed and which. */
export type GatedDocuments =
  | { readonly documents: readonly Document[] }
  | { readonly offset: number; readonly limit: string };

/** A limit was passed while reading. */
class LimitPassed extends Error {
  constructor(
    readonly offset: number,
    readonly limit: string,
  ) {
    super(limit);
  }
}

/** Composes the documents of `text`. Nesting is looked at before anything recursive runs over it. */
export function composeDocuments(text: string, lines: LineCounter): GatedDocuments {
  if (isTooMuch(text))
    return { offset: 0, limit: `more than ${MAX_MARKS} lines, keys and marks in one file` };
  const composer = new Composer({
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
    // The library compares every key with every other one; `readYaml` looks them up.
    uniqueKeys: false,
    version: "1.2",
  });
  try {
    return { documents: Array.from(composer.compose(tokens(text, lines))) };
  } catch (error) {
    if (error instanceof LimitPassed) return { offset: error.offset, limit: error.limit };
    throw error;
  }
}

function isTooMuch(text: string): boolean {
  let marks = 0;
  for (let at = 0; at < text.length && marks <= MAX_MARKS; at += 1) marks += MARKS[text.charCodeAt(at)] ?? 0;
  return marks > MAX_MARKS;
}

function* tokens(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let documents = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === "document") documents += 1;
      if (documents > MAX_DOCUMENTS)
        throw new LimitPassed(parser.offset, `more than ${MAX_DOCUMENTS} documents in one file`);
      yield token;
    }
    // The document, and of each level the collection: no scalar stays on the stack.
    if (parser.stack.length > MAX_DEPTH + 2)
      throw new LimitPassed(parser.offset, `more than ${MAX_DEPTH} levels within each other`);
  }
  yield* parser.end();
}

/** What the aliases of a document stand for; the node of an alias that stands for nothing, or for itself, is absent. */
export interface Aliases {
  readonly targetOf: (alias: Alias) => Node | undefined;
  /** How many values the node is, its aliases counted out; more than the limit is not counted further. */
  readonly values: number;
}

/** Looks up every alias of a document in one walk, in the order of its text, and counts what it would unfold to. */
export function aliasesOf(document: Document): Aliases {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const sizes = new Map<Node, number>();
  const size = (node: unknown): number => {
    if (isPair(node)) return size(node.key) + size(node.value);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      const known = target && sizes.get(target);
      // Without a size the anchor is still open: the alias stands within what it stands for.
      if (target === undefined || known === undefined) return 1;
      targets.set(node, target);
      return known;
    }
    if (!isScalar(node) && !isCollection(node)) return 1;
    const { anchor } = node;
    if (anchor !== undefined) anchors.set(anchor, node);
    let sum = 1;
    if (isMap(node) || isSeq(node)) for (const item of node.items) sum += size(item);
    sum = Math.min(sum, MAX_VALUES + 1);
    if (anchor !== undefined) sizes.set(node, sum);
    return sum;
  };
  const values = size(document.contents);
  return { targetOf: (alias) => targets.get(alias), values };
}

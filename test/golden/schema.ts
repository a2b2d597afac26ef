// Pacemaker's RELAX NG schemas as what a test asks of them: which elements there are below one, and which attributes each may have.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseXml, type XmlElement } from "../../src/xml/index.js";

type Attributes = ReadonlyMap<string, ReadonlySet<string>>;

/** Elements from `root` down, by name, with the names of their attributes. */
export function schemaOf(file: string, root: string): Attributes {
  const grammars = new Map<string, XmlElement>();
  const grammar = (path: string): XmlElement => {
    const known = grammars.get(path);
    if (known !== undefined) return known;
    const read = parseXml(readFileSync(path, "utf8"), { file: path });
    grammars.set(path, read);
    return read;
  };
  const found = new Map<string, Set<string>>();
  const seen = new Map<XmlElement, Set<string>>();

  /** What stands below a node, references and other files followed; `inside` is the element around it. */
  const walk = (node: XmlElement, path: string, inside: string | undefined): void => {
    for (const child of node.children) {
      const name = child.attributes.name ?? "";
      switch (child.name) {
        case "element": {
          const attributes = found.get(name) ?? new Set<string>();
          if (name === root || inside !== undefined) found.set(name, attributes);
          const below = name === root || inside !== undefined ? name : undefined;
          visit(child, path, below);
          break;
        }
        case "attribute":
          if (inside !== undefined) found.get(inside)?.add(name);
          break;
        case "ref":
          follow(path, name, inside);
          break;
        case "externalRef": {
          const other = join(dirname(path), child.attributes.href ?? "");
          visit(grammar(other), other, inside);
          break;
        }
        case "define":
          break;
        default:
          walk(child, path, inside);
      }
    }
  };
  const visit = (node: XmlElement, path: string, inside: string | undefined): void => {
    const places = seen.get(node) ?? new Set<string>();
    if (places.has(inside ?? "")) return;
    seen.set(node, places.add(inside ?? ""));
    walk(node, path, inside);
  };
  const follow = (path: string, name: string, inside: string | undefined): void => {
    const defines = definesOf(grammar(path)).filter((one) => one.attributes.name === name);
    for (const define of defines) visit(define, path, inside);
  };
  visit(grammar(file), file, undefined);
  return found;
}

function definesOf(node: XmlElement): XmlElement[] {
  return node.children.flatMap((child) => [...(child.name === "define" ? [child] : []), ...definesOf(child)]);
}

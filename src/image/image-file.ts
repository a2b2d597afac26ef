// A file or a link of an image, by its path there; the same for all build systems.

/** SHA-256 in hexadecimal digits; pure rooms cannot compute it themselves. */
export type Digester = (content: string | Uint8Array) => string;

/** What stands at a path of an image: a file with its mode in four octal digits, or a symbolic link. */
export type ImageFile =
  | { readonly path: string; readonly mode: string; readonly content: string | Uint8Array }
  | { readonly path: string; readonly link: string };

/** A file with text, of mode 0644 unless told otherwise. */
export function textFile(path: string, content: string, mode = "0644"): ImageFile {
  return { path, mode, content };
}

/** JSON as people read it, with a final newline. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Files in the order of their paths; of several at one path the last one stands. */
export function atOnePlace(files: readonly ImageFile[]): ImageFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What of a file counts for the tag of a layer. */
export function fingerprint(file: ImageFile, sha256: Digester): string {
  return "link" in file
    ? `${file.path} -> ${file.link}`
    : `${file.path} ${file.mode} ${sha256(file.content)}`;
}

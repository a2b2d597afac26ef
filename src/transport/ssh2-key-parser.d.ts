// The part of ssh2 that reads keys, which has no types of its own: what `ssh2.utils.parseKey` is.
declare module "ssh2/lib/protocol/keyParser.js" {
  import type { utils } from "ssh2";

  const parser: { readonly parseKey: typeof utils.parseKey };
  export default parser;
}

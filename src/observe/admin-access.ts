// A login that may do more than run the helper: root, or one whose sudo covers sh. Used to prepare bare nodes, never else.
import type { Transport } from "../transport/index.js";

/** That login, and the helper's own text, with which a bare node is looked at before anything is installed. */
export interface AdminAccess {
  readonly transport: Transport;
  readonly helper: string;
}

/** `argv` as root: directly for root, through sudo for others. */
export function adminArgv(argv: readonly string[]): string[] {
  const asRoot = 'if [ "$(id -u)" = 0 ]; then exec "$@"; else exec sudo -n "$@"; fi';
  return ["sh", "-c", asRoot, "sh", ...argv];
}

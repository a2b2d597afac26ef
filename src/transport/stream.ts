// Long-running commands whose lines are wanted as they come (`crm_mon --daemonize`-like watchers, `journalctl -f`), for monitor.
import type { Command, CommandResult, Transport } from "./transport.js";

/** A transport that can also follow a command. */
export interface StreamingTransport extends Transport {
  /**
   * Runs `command` on `node` and hands each line of its stdout (without line end) to `onLine` as it arrives; `timeoutMs` may be Infinity.
   * Resolves when the command ends, or after it was stopped because `command.signal` was aborted; `stdout` of the result is empty and `stderr` holds its first 64 KiB.
   * Throws as `exec` does; OUTPUT_TOO_LARGE for a line of more than `maxOutputBytes` (default 1 MiB); whatever `onLine` throws, after the command was stopped.
   */
  execStream(node: string, command: Command, onLine: (line: string) => void): Promise<CommandResult>;
}

// How a command reaches a node and what comes back; implemented by ssh, local and recording, held together by one contract suite.

/** What is written to a command's standard input. */
export type Input = string | Uint8Array;

/** A command as an argument list. No shell is involved unless the transport needs one, and then it quotes. */
export interface Command {
  readonly argv: readonly string[];
  /** Written to standard input, which is then closed. */
  readonly stdin?: Input;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Cap on stdout and on stderr; default 64 MiB. More ends the command with DcnError OUTPUT_TOO_LARGE. */
  readonly maxOutputBytes?: number;
}

/** What a command did. `exitCode` null with `lost` true means: sent, and the connection ended before its status came back. */
export interface CommandResult {
  readonly node: string;
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  readonly timedOut: boolean;
  /** The outcome is unknown; observe again before doing anything else. */
  readonly lost: boolean;
}

/** Runs commands on nodes. Connections are made on first use and kept until `close`. */
export interface Transport {
  /**
   * Runs `command` on `node`. A non-zero exit is a result, not an error.
   * Throws DcnError: `unreachable` (NODE_UNREACHABLE), `refused` (HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, LOGIN_REFUSED), before any payload is sent.
   */
  exec(node: string, command: Command): Promise<CommandResult>;
  /**
   * As `exec`, but asks for standard input when the node has accepted the command, so that it is made while the program starts there: by
   * computing alone, since whoever waited for a node here might wait for the very session that this command has. Throws also what `input`
   * throws; the command then got no input, and was stopped. Absent where nothing is gained by it.
   */
  execLate?(node: string, command: Command, input: () => Input): Promise<CommandResult>;
  close(): Promise<void>;
}

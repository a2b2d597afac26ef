// Operational trouble (a node does not answer, a tool failed): thrown, caught once in cli/, mapped to an exit code.

/** What kind of trouble it is; cli/ maps each kind to an exit code (docs/exit-codes.md). */
export type ErrorKind =
  | "failed" // 1: the job was tried and did not succeed
  | "usage" // 64
  | "invalid" // 65: an input is wrong
  | "unreachable" // 69: a node or a service cannot be reached
  | "busy" // 75: someone else holds the lock, or try again
  | "refused"; // 77: refused for safety, or by a login

/** Extra facts about an operational error. */
export interface DcnErrorOptions {
  readonly node?: string;
  readonly hint?: string;
  readonly cause?: unknown;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable?: boolean;
}

/** An operational error with a stable code, for example `HOST_KEY_CHANGED`. */
export class DcnError extends Error {
  override readonly name = "DcnError";
  readonly kind: ErrorKind;
  readonly code: string;
  readonly node: string | undefined;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(kind: ErrorKind, code: string, message: string, options: DcnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.node = options.node;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

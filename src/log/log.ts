// What we did and saw, as JSON lines (pino) for people with a problem, on stderr or in a file, never with a secret.
import { redactData, redactor } from "./redact.js";

/** How much is written; each level includes those before it. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/** Facts next to a message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes lines. Never throws, whatever the fields hold. */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** From here on `secret` does not show either. */
  hide(secret: string): void;
}

/** Where a log goes and what it must not say. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly secrets: readonly string[];
  /** Appended to, created with mode 0600; standard error otherwise. */
  readonly file?: string;
}

/** A log; loads pino only where something is to be written. */
export async function createLog(options: LogOptions): Promise<Log> {
  if (options.level === "silent") return silentLog;
  const { pino } = await import("pino");
  // Synchronous, so that the last line before a crash is there.
  const destination = pino.destination({ dest: options.file ?? 2, sync: true, append: true, mode: 0o600 });
  const logger = pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  const secrets = [...options.secrets];
  let redact = redactor(secrets);
  const write = (level: Exclude<LogLevel, "silent">, message: string, fields: LogFields): void => {
    if (!logger.isLevelEnabled(level)) return;
    const shown = Object.keys(fields).length === 0 ? {} : { fields: redactData(fields, redact) };
    logger[level](shown, redact(message));
  };
  return {
    error: (message, fields = {}) => write("error", message, fields),
    warn: (message, fields = {}) => write("warn", message, fields),
    info: (message, fields = {}) => write("info", message, fields),
    debug: (message, fields = {}) => write("debug", message, fields),
    hide: (secret) => {
      secrets.push(secret);
      redact = redactor(secrets);
    },
  };
}

/** A log that writes nothing. */
export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  hide: () => undefined,
};

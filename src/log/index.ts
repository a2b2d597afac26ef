// Logs and the redaction of secrets.
export { createLog, type Log, type LogFields, type LogLevel, type LogOptions, silentLog } from "./log.js";
export { redactor } from "./redact.js";

// Ways to run a command on a node.
export { hostKeysFor } from "./known-hosts.js";
export { createLocalTransport } from "./local.js";
export { printable } from "./output.js";
export {
  ControllerKilledError,
  createInterruptedTransport,
  createRecordingTransport,
  type InterruptedTransport,
  type Interruption,
  type RecordedCall,
  type RecordingTransport,
} from "./recording.js";
export {
  createScriptedTransport,
  type Script,
  type ScriptedCall,
  type ScriptedTransport,
} from "./scripted.js";
export { createSshTransport, type SshTransport } from "./ssh.js";
export type { SshOptions, SshTarget } from "./ssh-target.js";
export type { StreamingTransport } from "./stream.js";
export type { Command, CommandResult, Input, Transport } from "./transport.js";

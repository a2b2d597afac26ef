// What speaks against another image for a node before anything is drained: the two images compared, and the node's own state. Pure.
import type { Finding } from "../errors/index.js";
import { deploymentIn, isImage } from "../observation/index.js";
import { IMAGE_RULES } from "./preflight-images.js";
import { type Candidate, NODE_RULES } from "./preflight-node.js";
import type { PreflightRule } from "./preflight-rule.js";

/** Every finding about a node and its next image. What is not known is an error too. */
export function preflightNode(candidate: Candidate): Finding[] {
  const { node, state, target, comparison } = candidate;
  const subject = `node ${node}`;
  const findings = NODE_RULES.flatMap((rule) => found(subject, rule, rule.says(candidate)));
  const booted = state.os === undefined ? undefined : deploymentIn(state.os, "booted");
  if (isImage(booted, target)) return findings;
  if (comparison !== undefined)
    return [...findings, ...IMAGE_RULES.flatMap((rule) => found(subject, rule, rule.says(comparison)))];
  const text = "its next image does not lie there yet, so that nobody compared the two";
  const hint = "rollout plan --fetch fetches it; rollout start does so before anything is drained";
  return [...findings, { severity: "note", code: "IMAGE_NOT_COMPARED", subject, text, hint }];
}

function found<Facts>(
  subject: string,
  { code, severity = "error", hint, forced }: PreflightRule<Facts>,
  text: string | undefined,
): Finding[] {
  if (text === undefined) return [];
  const more = { ...(hint === undefined ? {} : { hint }), ...(forced === undefined ? {} : { force: code }) };
  return [{ severity, code, subject, text, ...more }];
}

/** Codes about the group that `--force` takes. */
const GROUP_FORCE_CODES = ["FAILED_ACTIONS", "FENCED_LATELY", "NO_ROOM_TO_DRAIN", "STEP_NOT_PROVED"];

/** Every code that `--force` takes. */
export const ROLLOUT_FORCE_CODES: readonly string[] = [
  ...GROUP_FORCE_CODES,
  ...[...NODE_RULES, ...IMAGE_RULES].filter(({ forced }) => forced === true).map(({ code }) => code),
].sort();

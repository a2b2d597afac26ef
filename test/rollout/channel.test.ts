import { expect, test } from "vitest";
import { underChannel } from "../../src/rollout/index.js";

const DIGEST = `sha256:${"a".repeat(64)}`;

test.each([
  ["lab:stable/dcn/hmi/site-1", "canary", "lab:canary/dcn/hmi/site-1"],
  ["lab:dcn/hmi/site-1", "stable", "lab:stable/dcn/hmi/site-1"],
  ["registry.site/dcn:stable", "canary", "registry.site/dcn:canary"],
  [`registry.site:5000/dcn@${DIGEST}`, "stable", "registry.site:5000/dcn:stable"],
  ["registry.site:5000/dcn", "stable", "registry.site:5000/dcn:stable"],
  ["", "stable", undefined],
  [undefined, "stable", undefined],
])("what a node follows, %s, is under %s: %s", (origin, channel, source) => {
  expect(underChannel(origin, channel)).toBe(source);
});

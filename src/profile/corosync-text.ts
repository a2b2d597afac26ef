// The part `corosync:` as groups and policies write it: sections and keys by the names of corosync.conf(5).
import { scalar } from "./values.js";
import { z } from "./zod.js";

// corosync.conf nests three deep at most: quorum { device { heuristics { … } } }.
const plain = z.union([scalar, z.null()]);
const innermost = z.record(z.string(), z.union([plain, z.array(scalar)]));
const inner = z.record(z.string(), z.union([plain, innermost, z.array(z.union([scalar, innermost]))]));
const section = z.record(z.string(), z.union([plain, inner, z.array(z.union([scalar, inner]))]));

const shape = {
  totem: section
    .optional()
    .describe("Keys of totem; interface: a list, told apart by linknumber; null takes a key away"),
  quorum: section.optional().describe("Keys of quorum, with device: { net: …, heuristics: … }"),
  logging: section.optional().describe("Keys of logging; logger_subsys: a list, told apart by subsys"),
  sections: z.record(z.string(), section).optional().describe("Further sections, as system and resources"),
};

export const corosyncPolicySchema = z.strictObject(shape);

export const corosyncTierSchema = z.strictObject({
  computed: z
    .boolean()
    .optional()
    .describe("False: nothing is taken from the policy, and corosync.conf says what stands here and no more"),
  ...shape,
  links: z
    .record(z.string(), innermost)
    .optional()
    .describe("Keys of an interface by the name of its network, as { site: { knet_link_priority: 10 } }"),
  nodes: z
    .record(z.string(), innermost)
    .optional()
    .describe("Further keys of nodes by name, as { dcn1: { quorum_votes: 2 } }"),
});

/** As written. */
export type CorosyncTier = z.infer<typeof corosyncTierSchema>;

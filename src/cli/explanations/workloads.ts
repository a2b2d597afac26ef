// Codes about what workloads of a group need: room, time to start, and what their documents say of it.
import { type Explanations, entry } from "./explanation.js";

export const workloadCodes: Explanations = {
  PROBE_GRACE_SHORT: entry(
    "A probe's grace, with the bad looks after it, is over before the longest start of its workload.",
    "The probe looks from the moment the start begins: a slow start is restarted before it is over, on one node after the other.",
    "Leave grace out: it is then the start's timeout and a minute.",
    "probe: { tcp: { port: 5432 }, grace: 11min }",
  ),
  CAPACITY_NOT_SAID: entry(
    "A node does not say how much it has of something that workloads need.",
    "The cluster takes it for nothing: no workload that needs some ever runs there.",
    "Say how much it has, or 0 where no such workload shall run there.",
    "capacity: { memory: 2GiB }",
  ),
  CAPACITY_WITHOUT_UNIT: entry(
    "One kind of room is a size in one place and a plain number in another.",
    "The cluster counts sizes in MiB: beside them 2 means 2 MiB.",
    "Give it a unit.",
    "capacity: { memory: 2GiB }",
  ),
  NO_DOCUMENT: entry(
    "A file without any document: empty, or all comment.",
    "Nothing of it was checked, however good that looks; where there is nothing else, that is an error.",
    "Remove the file, or take the comment signs away.",
  ),
  NOTHING_TO_REMOVE: entry(
    "An heir removes something by a name that its base does not have.",
    "What was meant stays, and you would think that it is gone.",
    "Take the nearest name, or remove the line.",
    "{ name: old, remove: true }",
  ),
};

// Every code of the whole product with its explanation.
import { adoptionCodes } from "./adoption.js";
import { checkCodes } from "./checks.js";
import { containerfileCodes } from "./containerfiles.js";
import { deploymentCodes } from "./deployments.js";
import { drillCodes } from "./drills.js";
import type { Explanations } from "./explanation.js";
import { fencingCodes } from "./fencing.js";
import { healingCodes } from "./healing.js";
import { imageCodes } from "./images.js";
import { labCodes } from "./lab.js";
import { memberCodes } from "./members.js";
import { monitoringCodes } from "./monitoring.js";
import { nodeCodes } from "./nodes.js";
import { observerCodes } from "./observer.js";
import { planCodes } from "./plans.js";
import { profileCodes } from "./profile.js";
import { quorumCodes } from "./quorum.js";
import { rolloutCodes } from "./rollouts.js";
import { sharingCodes } from "./sharing.js";
import { ticketCodes } from "./tickets.js";
import { workloadCodes } from "./workloads.js";

/** Explanations of all findings and errors, by code. */
export const explanations: Explanations = {
  ...profileCodes,
  ...workloadCodes,
  ...adoptionCodes,
  ...quorumCodes,
  ...ticketCodes,
  ...fencingCodes,
  ...healingCodes,
  ...sharingCodes,
  ...checkCodes,
  ...nodeCodes,
  ...memberCodes,
  ...planCodes,
  ...labCodes,
  ...drillCodes,
  ...observerCodes,
  ...imageCodes,
  ...containerfileCodes,
  ...deploymentCodes,
  ...rolloutCodes,
  ...monitoringCodes,
};

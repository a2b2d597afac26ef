// Codes about image rollouts: what speaks against one, and what stands in its way.
import { type Explanations, entry } from "./explanation.js";

export const rolloutCodes: Explanations = {
  ROLLOUT_WITHOUT_GROUPS: entry(
    "A Rollout names no groups.",
    "There is nobody to bring an image to.",
    "Write groups: [cabinet-7.yaml], or waves with groups.",
  ),
  BAD_TIME_ZONE: entry(
    "A window is in a time zone that does not exist.",
    "Times of day mean nothing without their zone, which changes to summer time and back.",
    "Write a name of the tz database: zone: Europe/Berlin.",
  ),
  BAD_TIME_OF_DAY: entry(
    "A window opens or closes at something that is no time of day.",
    "Nobody could tell when a node may be updated.",
    'Write hours and minutes in quotes: from: "22:00".',
  ),
  BAD_IMAGE_DIGEST: entry(
    "The digest of a rollout's image is not one.",
    "Exactly one image is meant by it, and nothing else will do.",
    "Take it from dcn-ha image publish, or from the registry.",
  ),
  IMAGE_OF_ROLLOUT: entry(
    "The image of a Rollout is given in no way, or in two.",
    "Each node must get exactly one image.",
    "Keep one of digest, channel and refs; or leave image out, and each node gets what it follows.",
  ),
  ARCHITECTURE_DIFFERS: entry(
    "The image is for another processor than the node has.",
    "It would not boot.",
    "Name the ref or image of this architecture.",
  ),
  ROLE_DIFFERS: entry(
    "The image was built for another role than the node has had.",
    "That may be meant: a node changes its role this way; or a ref is wrong.",
    "Where it is not meant, look at image.refs of the Rollout and at what the node follows.",
  ),
  KERNEL_MODULE_MISSING: entry(
    "The image's kernel lacks modules that the node loads.",
    "What needs them, as replicated storage, would not work after the reboot.",
    "Build the image with these modules, or force it where nothing needs them any more.",
  ),
  CLUSTER_IDS_DIFFER: entry(
    "The user hacluster or the group haclient has another number in the image than on the node.",
    "Both images share /var/lib/pacemaker: the new one could not read its configuration.",
    "Fix the numbers in both images by sysusers.d.",
  ),
  PODMAN_RISES: entry(
    "podman's major version rises with the image.",
    "Containers that the new one makes may not be readable for the old one, if the node goes back.",
    "Have the images of the workloads pulled again after a way back.",
  ),
  FEATURE_SET_UNKNOWN: entry(
    "One of the two images does not tell Pacemaker's feature set.",
    "It decides whether a node may join the others.",
    "Look why pacemakerd --features does not run in the image; or force it where you know the versions.",
  ),
  FEATURE_SET_MAJOR: entry(
    "Pacemaker's feature set changes in its first number.",
    "Such versions do not form one cluster, so that no node could come back before all have gone.",
    "Plan a stop of the whole group for this step.",
  ),
  FEATURE_SET_FALLS: entry(
    "The image has an older Pacemaker than the node.",
    "A node with an older feature set does not join a DC with a newer one.",
    "Go back with the whole group at once, or forward with a newer image.",
  ),
  FEATURE_SET_RISES: entry(
    "Pacemaker's feature set rises with the image.",
    "It works node by node; but from the last node on, an old image does not join any more, also not by a way back.",
    "Do it on purpose: --force FEATURE_SET_RISES, with a long soak before the last node.",
  ),
  CIB_REFUSED: entry(
    "The Pacemaker in the image refuses the cluster's configuration as it is now.",
    "After the reboot the node would not take part, and with the last one nobody would.",
    "Mend what the image's crm_verify says, with the old image still running.",
  ),
  COROSYNC_MAJOR: entry(
    "corosync's major version changes with the image.",
    "These two do not talk to each other.",
    "Plan a stop of the whole group for this step.",
  ),
  AGENT_NOT_IN_IMAGE: entry(
    "The cluster uses agents that the image does not have.",
    "Their resources could not start on this node.",
    "Add the packages to the image set; or force it where these resources may not run there.",
  ),
  HELPER_NOT_IN_IMAGE: entry(
    "The image lacks the on-node helper.",
    "Nobody could look at the node or go on with it after its reboot.",
    "Build the image with dcn-ha image build, or add the folder of image render --to folder.",
  ),
  GATE_NOT_IN_IMAGE: entry(
    "The image lacks the boot gate.",
    "After a power cut its node would not wait for the others, and who boots slowly would be fenced.",
    "Build the image with dcn-ha image build.",
  ),
  NO_HEALTH_CHECKS: entry(
    "Nothing in the image checks its health at boot.",
    "A bad image would count as good, and the next node would get it.",
    "Put greenboot and required checks into the image.",
  ),
  NO_BOOT_COUNTER: entry(
    "The image checks its health, and nobody counts the boots that fail.",
    "A bad image would not go back by itself.",
    "Look at the boot loader's part of greenboot on this node; bootc switch does not add it.",
  ),
  AUTOMATIC_UPDATES: entry(
    "The image has timers that update or reboot by themselves.",
    "Two nodes could go at once, with nobody asking.",
    "Mask them in the image set: units: { mask: [...] }.",
  ),
  IMAGE_NOT_VERIFIED: entry(
    "The node takes images without a signature.",
    "Whoever can write to the repository decides what runs in the plant.",
    "Give the node the keys: image publish --sign-by, and the remote with gpg-verify.",
  ),
  ETC_CHANGED: entry(
    "Files in /etc were changed on the node.",
    "They hide what the image brings at the same place, and are carried over.",
    "Look at ostree admin config-diff; bring what is wanted into the image.",
  ),
  LOCAL_PACKAGES: entry(
    "Packages were laid over the node's image.",
    "bootc does not carry them over, and cannot update such a node.",
    "Bring them into the image, or reset the node: rpm-ostree reset.",
  ),
  USR_UNLOCKED: entry(
    "The node's /usr can be written to until its next boot.",
    "What somebody mended there is gone after the rollout.",
    "Bring it into the image first.",
  ),
  DISK_SPACE: entry(
    "There is little room for another image.",
    "A download or a staging that fails half way helps nobody.",
    "Remove old images (ostree admin cleanup), or force it where the image is known to be small.",
  ),
  FINALIZE_FAILED: entry(
    "The last image that was staged on this node did not become bootable.",
    "The same may happen again.",
    "Look at the journal of the boot before: journalctl -b -1 -u ostree-finalize-staged.",
  ),
  IMAGE_NOT_COMPARED: entry(
    "The next image does not lie on the node yet.",
    "What it brings for the cluster can be told only when it does.",
    "Run rollout plan with --fetch; rollout start fetches before anything is drained.",
  ),
  FAILED_ACTIONS: entry(
    "The cluster remembers actions that failed.",
    "What failed before may fail again when it is moved, and nobody could tell whose fault it is.",
    "Mend it and clean up (crm_resource --cleanup); or force it.",
  ),
  FENCED_LATELY: entry(
    "A node was fenced within the last ten minutes.",
    "Whatever caused it may still be there.",
    "Find out why; or wait, or force it.",
  ),
  NO_ROOM_TO_DRAIN: entry(
    "While this node is away, some workload has no other node.",
    "It would stand still for the time of a reboot.",
    "Give it another node, or force it in a time when it may stop.",
  ),
  STEP_NOT_PROVED: entry(
    "Nobody could ask Pacemaker's scheduler what the steps would do.",
    "Whether each workload finds a place is then not known.",
    "Read the message; or force it where you know.",
  ),
  OTHER_ROLLOUT: entry(
    "Another rollout stands in the cluster than the one that this command drives.",
    "Two at once would take two nodes out.",
    "Run dcn-ha rollout status.",
  ),
  MAINTENANCE_MODE: entry(
    "The cluster is in maintenance mode.",
    "Nothing is moved and nothing is healed then.",
    "End it: crm_attribute --name maintenance-mode --update false.",
  ),
  NODE_NOT_ONLINE: entry(
    "A node of the group is not online.",
    "With another one away, two would be out.",
    "Bring it back: dcn-ha status says what is wrong.",
  ),
  IN_STANDBY: entry(
    "Somebody has put this node in standby.",
    "It gets its image like the others, and stays in standby.",
    "Nothing, or dcn-ha node unstandby when it is to work again.",
  ),
  FENCING_PENDING: entry(
    "A node is being fenced right now.",
    "The group is busy with a failure.",
    "Wait until it is over.",
  ),
  STEP_LOSES_QUORUM: entry(
    "Without this node the group has no quorum.",
    "Everything would stop with its reboot.",
    "Bring other nodes or the quorum device back first.",
  ),
  STEP_VOTES_ASSUMED: entry(
    "The corosync.conf that the cluster runs with could not be read while the steps were proved.",
    "Votes, token and consensus are those of the profile: where somebody has changed them on the nodes, a step may leave no quorum.",
    "See what the nodes run with, and plan again.",
    "corosync-quorumtool -s",
  ),
  STEP_SURVIVES_NO_LOSS: entry(
    "While this node is away, the loss of one more would stop something.",
    "That is so for every small group; it is a reason to begin at a quiet time.",
    "Nothing, or a quorum device or another node.",
  ),
  IMAGE_UNKNOWN: entry(
    "A node does not say which image it runs.",
    "What became of a switch could not be judged.",
    "Look at ostree admin status, or bootc status, on that node.",
  ),
  IMAGE_ORIGIN_UNKNOWN: entry(
    "A node does not say which ref or image it follows.",
    "A channel is a part of that.",
    "Name the image by digest or refs.",
  ),
  ROLLOUT_UNDER_WAY: entry(
    "There is a rollout that has not ended.",
    "A new one would not know what the old one left; and only the document that the old one began from says its windows, its hooks and its site's FleetLock.",
    "Go on with it (rollout resume), or end it (rollout abort), with that document: rollout status says its name.",
  ),
  ROLLOUT_UNREADABLE: entry(
    "The cluster holds a rollout that this release cannot read.",
    "Whoever wrote it may have nodes out.",
    "Use the release that began it; or end it by hand and delete the property set dcn-ha-rollout.",
  ),
  ROLLOUT_TOLD: entry(
    "Somebody else drives this rollout, and has been told to pause or to end it.",
    "A node that is under way is brought to an end first, and only one may do that.",
    "Wait, and look: dcn-ha rollout status. Where that one is gone for good, free its lock and say it again.",
  ),
  SLOT_NOT_GIVEN_BACK: entry(
    "The site's FleetLock server did not take back the reboot slot of a node whose turn is over.",
    "Nobody else of the site gets that slot, and the rollout would go on as if all were well.",
    "Mend the server, then run dcn-ha rollout resume, which gives the slot back and goes on. Where the server is gone for good, take fleetLock out of the document first.",
  ),
  NO_ROLLOUT: entry(
    "There was no rollout in this group.",
    "There is nothing to show or to go on with.",
    "Begin one: dcn-ha rollout start.",
  ),
  ROLLOUT_CHANGES: entry(
    "The rollout's record changed each time while this command wrote its request.",
    "It moves on quickly just now.",
    "Run the same command again.",
  ),
};

// Codes of drills.
import { type Explanations, entry } from "./explanation.js";

const NOTHING_BROKEN = "Nothing was broken.";

export const drillCodes: Explanations = {
  DRILL_STEP: entry(
    "A step of a drill lacks what its fault needs, has more than that, or is no single thing to do.",
    "The drill would be another one than its author meant.",
    "Give the fault what the message names; one step breaks one kind of thing, mends everything or gives power back.",
    "- { fault: kill-daemon, node: holder, daemon: corosync }",
  ),
  NO_SUCH_DRILL: entry(
    "No drill of that name, or none was named.",
    NOTHING_BROKEN,
    "Name one that the list has, or take your own file along.",
    "dcn-ha drill list",
  ),
  DRILL_GROUND: entry(
    "A lab and a group of real machines are both named.",
    NOTHING_BROKEN,
    "Name one of them: --name for a lab, --group for machines.",
    "dcn-ha drill run power-loss --name default",
  ),
  DRILL_NOT_CONFIRMED: entry(
    "Drills on real machines were not confirmed by the name of the group.",
    "Drills fence nodes and move workloads, in earnest: whoever mistypes a file's name must not lose a plant for it.",
    "Type the name that stands in the group's document once more.",
    "dcn-ha drill run fence-bystander --group cabinet-7.yaml --yes-break cabinet-7",
  ),
  DRILL_REFUSED: entry(
    "The group is not as it should be, a node is in standby or maintenance, or somebody holds its lock.",
    "A drill takes away one more thing: a group that misses one already may stop.",
    "Mend first what the message names, or wait until the other one is done.",
    "dcn-ha status cabinet-7.yaml",
  ),
  DRILL_REPORT_NOT_WRITTEN: entry(
    "A report or the history of drills cannot be written.",
    "The verdicts on the terminal are all that there is.",
    "Name a file in a folder that you may write to; XDG_STATE_HOME says where the history is.",
  ),
  NO_DRILLS_YET: entry(
    "The group was never drilled from this login.",
    "There is no score card.",
    "Drill it, or look from the login that did.",
    "dcn-ha drill run --core --name default",
  ),
  FAULT_TOO_MUCH: entry(
    "A drill was about to break a node of a real group while another one was out, or while the quorum could not spare it.",
    `${NOTHING_BROKEN} Two nodes at once, or the quorum, are more than a drill may take; the drill says that it was not injected.`,
    "See who is out and why; bring that node or the quorum device back, then drill again.",
    "dcn-ha status cabinet-7.yaml",
  ),
  DRILL_NOT_UNDONE: entry(
    "A drill ended, and what it had done to a node could not be undone within a minute: the node did not answer, or refused.",
    "A standby or a stopped cluster stays so. A daemon that was stopped goes on by itself ten minutes after it was.",
    "See how each node is: dcn-ha node unstandby ends a standby, systemctl start pacemaker on the node starts its cluster. A node that was fenced has booted since, and has nothing left.",
    "dcn-ha status cabinet-7.yaml",
  ),
  FAULT_FAILED: entry(
    "A fault of the lab could not be made.",
    "What it had begun is undone by the next lab heal. A drill says that it was not injected.",
    "See the words of the tool; dcn-ha lab heal, and try again.",
  ),
};

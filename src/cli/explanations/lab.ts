// Codes of the embedded lab.
import { type Explanations, entry } from "./explanation.js";

const AGAIN = "dcn-ha lab down, then lab up again.";
const STOPPED = "The lab did nothing.";

export const labCodes: Explanations = {
  LAB_NEEDS_LINUX: entry(
    "The lab runs on Linux only.",
    "Its nodes are Linux machines in name spaces.",
    "The Vagrant lab, in virtual machines.",
  ),
  LAB_NEEDS_ROOT: entry("The lab needs root.", "It makes mounts and networks.", "sudo, or the Vagrant lab."),
  LAB_TOOLS_MISSING: entry(
    "Tools that the lab needs are not installed.",
    STOPPED,
    "Install them.",
    "sudo bin/install-prerequisites",
  ),
  LAB_SETUP: entry(
    "Setting up the lab failed.",
    "It was taken down again as far as it had come.",
    "See the words of the tool.",
  ),
  LAB_NAME: entry(
    "A name that no lab can have.",
    STOPPED,
    "Lower-case letters and digits.",
    "dcn-ha lab up --name one",
  ),
  LAB_OS: entry("An operating system that the lab does not have.", STOPPED, "debian12 or debian13."),
  LAB_IMAGES: entry(
    "The image set has no devices that a lab can boot, or it is not said where its images are published.",
    STOPPED,
    "Publish the images into a folder and name it.",
    "dcn-ha lab up --images profiles/images/plant.yaml --repository /srv/repo",
  ),
  LAB_GROUP: entry(
    "The group, or an option beside it, asks for what no lab has.",
    STOPPED,
    "See its words; take the lab's own group.",
    "dcn-ha lab up --nodes 3",
  ),
  LAB_EXISTS: entry("A lab of that name is up.", STOPPED, "Take it down, or choose another name."),
  LAB_DOWN: entry("The lab is not up.", STOPPED, "dcn-ha lab up"),
  LAB_SLOTS: entry("As many labs are up as there is room for.", STOPPED, "Take one down."),
  LAB_LEFTOVERS: entry("Something of the lab is left.", "It may disturb the next one.", AGAIN),
  LAB_CONTROL: entry("The lab's supervisor refused a request.", STOPPED, "See its words."),
  LAB_SUPERVISOR: entry("The lab's supervisor does not answer.", "Its machines may run on alone.", AGAIN),
  NO_SUCH_LAB: entry("There is no lab of that name.", STOPPED, "dcn-ha lab status"),
  NO_SUCH_NODE: entry("The lab has no such node.", STOPPED, "See the hint for those that it has."),
  NO_SUCH_NETWORK: entry("The lab has no such network.", STOPPED, "See the hint for those that it has."),
  NO_SUCH_RESOURCE: entry("The lab has no such resource.", STOPPED, "See the hint for those that it has."),
  NO_SUCH_FAULT: entry("There is no such fault.", STOPPED, "dcn-ha lab fault --help"),
  NO_SUCH_WORD: entry(
    "A word that is not among those allowed here.",
    STOPPED,
    "See the hint for those that are.",
  ),
  FAULT_ARGUMENTS: entry("A fault with too many or too few words.", STOPPED, "dcn-ha lab fault --help"),
  LOSS_PERCENT: entry("A loss that is no percentage.", STOPPED, "A whole number, 1 to 99."),
  MISBEHAVE: entry(
    "A line cannot misbehave as asked.",
    STOPPED,
    "See the hint; times as 20ms, shares in percent.",
    "dcn-ha lab fault misbehave dcn1 --network site --delay 20ms --jitter 5ms --loss 1",
  ),
  BAD_LINE: entry(
    "What leads the lines of a node through, to make them bad, does not work.",
    "The node may be cut off.",
    "See its words; put the plain cables back.",
    "dcn-ha lab heal",
  ),
  TWO_NODES_NEEDED: entry("A fault between two nodes needs two.", STOPPED, "Name both."),
  FAULT_WITHOUT_EFFECT: entry(
    "A fault was done and its effect did not show.",
    "A fault that did not bite was not injected: the test would prove nothing.",
    AGAIN,
  ),
  FENCING_FAILED: entry(
    "A drill had a node fenced, and it was not: the cluster refused or failed, or its fence device says that it did and the node goes on.",
    "Where a node is lost in earnest, its workloads would wait for this fencing: nothing is healed then.",
    "stonith_admin --history NODE says what became of it; mend the fence device, then drill again",
  ),
  MACHINE_OFF: entry("A machine of the lab is switched off.", STOPPED, "dcn-ha lab heal"),
  NO_COMMAND: entry(
    "There is nothing to run.",
    STOPPED,
    "A command after --.",
    "dcn-ha lab exec n1 -- crm_mon -1",
  ),
  NO_BOOT_ENTRY: entry("A node's boot folder names no deployment.", "It cannot boot.", AGAIN),
  NO_START_TIME: entry(
    "The cluster recorded no start of the workload.",
    "The bound cannot be computed.",
    "Does the workload run?",
    "dcn-ha status GROUP",
  ),
  HOST_COMMAND_FAILED: entry(
    "A command on this machine failed.",
    "The lab could not go on.",
    "See its words.",
  ),
  PING_FAILED: entry(
    "ping could not run in a machine of the lab.",
    "Whether the network is cut cannot be told.",
    AGAIN,
  ),
  FENCE_AGENT: entry(
    "fence_redfish failed against a BMC of the lab.",
    "Nodes could not fence each other either.",
    "See its words; is the BMC in a mode that refuses?",
  ),
};

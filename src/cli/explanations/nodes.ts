// Codes about nodes: logins, the on-node helper, what an apply finds and does (docs/apply.md, ssh(1), sshd(8)).
import { type Explanations, entry } from "./explanation.js";

const SAFE = "Nothing was changed.";

export const nodeCodes: Explanations = {
  NODE_UNREACHABLE: entry(
    "A node does not answer.",
    "Unknown is taken neither for good nor for bad: nothing is changed.",
    "Look at its power and its network; then the same command again.",
  ),
  NODE_UNKNOWN: entry(
    "What a node is could not be found out.",
    "Unknown blocks.",
    "See the text; then the same command again.",
  ),
  NODE_STARTING: entry(
    "A node is on its way up.",
    "Its configuration cannot be compared yet.",
    "The same command again in a minute.",
  ),
  NODE_STOPPED: entry(
    "The cluster was formed on a node and is stopped there.",
    "Somebody may have had a reason.",
    "Start it there when it may run.",
    "systemctl start pacemaker",
  ),
  LOGIN_REFUSED: entry(
    "The node refuses the login.",
    SAFE,
    "Check user and key; on a bare node give an adminUser.",
  ),
  SUDO_REFUSED: entry(
    "The login may not run the on-node helper.",
    SAFE,
    "Give an adminUser, so that apply installs the sudo rule.",
  ),
  SESSION_REFUSED: entry(
    "The login works and no command may run.",
    SAFE,
    "Look at MaxSessions, ForceCommand and the login's shell.",
  ),
  HOST_KEY_UNKNOWN: entry(
    "The node's host key is not pinned.",
    "Somebody else could answer in its place.",
    "Read the key on the node's own console, compare it with what ssh-keyscan sees, then add it.",
    "ssh-keyscan -t ed25519 NODE | ssh-keygen -lf -    # and on the node: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
  ),
  HOST_KEY_CHANGED: entry(
    "Another host key than the pinned one.",
    "The node was installed anew, or somebody stands in between. No byte was sent.",
    "Find out which; then pin the new key.",
  ),
  HOST_KEY_INVALID: entry("A pinned host key cannot be read.", SAFE, "A whole line, as in known_hosts."),
  KNOWN_HOSTS_UNREADABLE: entry(
    "The file of pinned host keys cannot be read.",
    SAFE,
    "Correct its path or mode.",
  ),
  IDENTITY_UNREADABLE: entry("The private key cannot be read.", SAFE, "Correct its path or mode."),
  IDENTITY_UNUSABLE: entry(
    "The private key has a form that cannot be used, or a passphrase.",
    SAFE,
    "A key without passphrase, or an ssh-agent.",
  ),
  NO_IDENTITY: entry(
    "There is no key to log in with.",
    SAFE,
    "Name one, or start an ssh-agent.",
    "ssh: { identityFile: keys/id_ed25519 }",
  ),
  SSH_ALGORITHMS_WEAK: entry(
    "The node offers only algorithms that we do not use.",
    SAFE,
    "A newer sshd, or better algorithms in its configuration.",
  ),
  USAGE: entry(
    "The command line cannot be understood.",
    "Nothing was done.",
    "See --help of the command; each has an example.",
  ),
  TIMEOUT: entry(
    "Something took longer than it was given.",
    "What was asked for may have happened.",
    "See the text for what; the same command again looks first.",
  ),
  INTERRUPTED: entry(
    "The command was stopped by Ctrl-C or a signal.",
    "Steps that were begun may have ended on the nodes.",
    "The same command again finds out and goes on.",
  ),
  TRANSPORT_CLOSED: entry(
    "The connections were closed, as by Ctrl-C.",
    "What was sent may have happened.",
    "The same command again finds out and goes on.",
  ),
  OUTCOME_UNKNOWN: entry(
    "The connection was lost after a command was sent.",
    "It may have happened, or not.",
    "The same command again: it looks first.",
  ),
  OUTPUT_TOO_LARGE: entry(
    "A command printed more than is taken.",
    "It was stopped; its answer is not whole.",
    "Look at the node: something floods.",
  ),
  ARGUMENT_NOT_TRANSPORTABLE: entry(
    "An argument that no command line can carry, as one with NUL.",
    SAFE,
    "Correct the value.",
  ),
  COMMAND_TOO_LONG: entry(
    "A command line longer than a shell takes.",
    SAFE,
    "Tell us; this should go through standard input.",
  ),
  HELPER_MISSING: entry(
    "The on-node helper is not installed.",
    "Without it nothing of root's can be done there.",
    "Give the group an adminUser, so that apply installs it.",
    "ssh: { adminUser: root }",
  ),
  HELPER_REFUSED: entry(
    "The on-node helper refuses what was asked.",
    SAFE,
    "It is of another release: apply with an adminUser installs this one's.",
  ),
  HELPER_FAILED: entry(
    "The on-node helper failed.",
    "What it had done so far stays.",
    "See its words; the same command again goes on.",
  ),
  HELPER_ANSWER: entry(
    "The helper's answer is not whole.",
    "What it did is not known.",
    "The same command again; does the login print anything of its own?",
  ),
  PROBE_FAILED: entry("Looking at a node failed.", "What it is stays unknown.", "See its words."),
  COROSYNC_MISSING: entry(
    "corosync is not installed.",
    "There can be no cluster.",
    "Install it, or boot an image that has it.",
  ),
  PACEMAKER_MISSING: entry(
    "Pacemaker is not installed.",
    "There can be no cluster.",
    "Install it, or boot an image that has it.",
  ),
  PACEMAKER_UNKNOWN: entry(
    "Pacemaker does not say which schema it knows.",
    "A CIB that it cannot read would stop it.",
    "Try it there.",
    "cibadmin --empty",
  ),
  PYTHON_MISSING: entry("python3 is not installed.", "The gate before the cluster needs it.", "Install it."),
  PROGRAMS_MISSING: entry(
    "Programs of ours are missing on a node.",
    "It could not wait for its peers, or not read fence passwords.",
    "Apply with an adminUser installs them.",
  ),
  HOSTNAME_DIFFERS: entry(
    "A node calls itself otherwise than the profile does.",
    "Pacemaker would take it for another node.",
    "One of the two names must follow.",
    "hostnamectl set-hostname dcn1",
  ),
  OTHER_CLUSTER: entry(
    "The node belongs to another cluster.",
    "It would be torn out of it.",
    "Check the address, or clear the node first.",
  ),
  PACKAGE_DEFAULT_RUNNING: entry(
    "The cluster of one that the package starts is running.",
    "It would meet the new one.",
    "Stop it.",
    "systemctl disable --now pacemaker corosync",
  ),
  LEFTOVER_CIB: entry(
    "A CIB from an earlier life lies on the node.",
    "It may be newer than the new one and win.",
    "Move it away, if nobody needs it.",
    "mv /var/lib/pacemaker/cib /root/old-cib",
  ),
  COROSYNC_CONF_DIFFERS: entry(
    "corosync.conf differs from the profile, and it cannot be changed now: a node is down, or nobody can read the present one.",
    "Who is down would miss the change and could not come back.",
    "Have all nodes in the cluster first, with the profile as it was; then change it.",
    "dcn-ha plan GROUP",
  ),
  KEYS_DIFFER: entry(
    "Nodes have different corosync keys.",
    "They cannot hear each other.",
    "Form the cluster anew, or copy the key by hand.",
  ),
  KEY_TOO_SHORT: entry(
    "The corosync key is too short.",
    "corosync refuses it.",
    "Make a new one.",
    "corosync-keygen",
  ),
  NO_QUORUM: entry(
    "No node has quorum.",
    "The configuration cannot be changed now.",
    "Bring nodes back first.",
    "dcn-ha status GROUP",
  ),
  LOCK_HELD: entry(
    "Somebody else is changing the group.",
    "Two changes at once would not know of each other.",
    "Wait (a FleetLock client gives it back when it has rebooted); if the holder will never end, look who it is, then break its lock.",
    "dcn-ha lock show GROUP",
  ),
  LOCK_LOST: entry(
    "The lock was taken from this command while it worked.",
    "A person broke it, or its holder seemed to be gone.",
    "See who has it now; the same command again looks first.",
    "dcn-ha lock show GROUP",
  ),
  LOCK_UNREADABLE: entry(
    "The lock holds a text that this release cannot read.",
    "A newer release may hold it: unknown blocks.",
    "Use that release, or free it by hand once nobody is at work.",
    "dcn-ha lock show GROUP",
  ),
  NOT_CONFIRMED: entry(
    "A step that cannot be taken back was asked for without --yes.",
    "Nothing was changed.",
    "Make sure of what the text says; then the same command with --yes.",
  ),
  OTHER_HOLDER: entry(
    "The lock is held by somebody else than the one who was named.",
    "Nothing was changed: it may have changed hands since you looked.",
    "Look again.",
    "dcn-ha lock show GROUP",
  ),
  CHANGE_UNCONFIRMED: entry(
    "A change that was made with --confirm-within awaits its confirmation.",
    "A second one could not be told from it when it goes back.",
    "Confirm it, or wait until the nodes have taken it back.",
    "dcn-ha confirm GROUP",
  ),
  GUARD_FAILED: entry(
    "The cluster did not take the word that a change may go back, or stays.",
    "Nodes that are armed still act at the deadline.",
    "See its words; then the same command again.",
  ),
  NOT_TAKEN_BACK: entry(
    "The time for a confirmation is over, and the change is still there, or some nodes still have the new corosync.conf.",
    "The nodes take it back only with quorum, and where Pacemaker takes the patch; they go on trying.",
    "See on a node why not yet: bring quorum back, or remove what Pacemaker's reason names.",
    "journalctl -u dcn-ha-guard",
  ),
  LOCK_NOT_RELEASED: entry(
    "The work is done, and the lock could not be given back.",
    "The group has no quorum, or no node answers.",
    "The same command again when there is quorum takes it over.",
  ),
  CIB_CHANGED: entry(
    "Somebody changed the configuration in this moment.",
    "Theirs stays; ours was not sent.",
    "The same command again makes a new plan.",
  ),
  PATCH_FAILED: entry(
    "The change of the CIB failed on the node.",
    "Mostly nothing of it was taken; with --confirm-within the nodes take back what may be there.",
    "See its words; then the same command again, which looks first.",
  ),
  STEP_FAILED: entry(
    "A step on a node failed.",
    "Earlier steps stay; the next apply goes on from there.",
    "See its words, mend it, apply again.",
  ),
  INSTALL_FAILED: entry(
    "Our programs could not be installed on a node.",
    "It cannot take part yet.",
    "See its words; may the adminUser write there?",
  ),
  NOT_SETTLED: entry(
    "The cluster did not come to rest in time.",
    "A workload may still be starting, or fail.",
    "Look, then apply again.",
    "dcn-ha status GROUP",
  ),
  NEVER_EQUAL: entry(
    "The nodes keep differing from the profile after every change.",
    "Somebody or some tool changes them back.",
    "Find it: cron, Ansible, another controller.",
  ),
};

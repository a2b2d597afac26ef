// Codes of the rules that rendered Containerfiles keep; docs/images.md lists them.
import { type Explanations, entry } from "./explanation.js";

const UNSAY = "Take it out of the image set; what dcn-ha renders by itself keeps the rule.";

export const containerfileCodes: Explanations = {
  BASE_NOT_PINNED: entry(
    "The base image is named by a tag, and neither the set nor the lock file knows its digest.",
    "The tag can move between two builds, and then equal layers differ.",
    "Name its digest, or let a build write it into the lock file.",
    "base: { container: quay.io/centos-bootc/centos-bootc:stream9, digest: sha256:…, distribution: centos-9 }",
  ),
  CONTAINERFILE_PARENT: entry(
    "A layer does not stand on exactly one parent that has a tag or digest.",
    "It could be built on whatever is called latest that day.",
    UNSAY,
  ),
  CONTAINERFILE_REPOSITORY: entry(
    "Pacemaker is installed from no repository for it, or the build changes the repositories of the image.",
    "Only the high availability repository has it; a changed list of repositories would stay in the image.",
    UNSAY,
  ),
  CONTAINERFILE_CLEAN: entry(
    "What an installation leaves in /var stays in the layer.",
    "An image's /var reaches a device once and is never updated; bootc's lint refuses logs there.",
    UNSAY,
  ),
  CONTAINERFILE_KEYS: entry(
    "Keys that packages make while they are installed stay in the layer.",
    "All devices would share them.",
    UNSAY,
  ),
  CONTAINERFILE_VAR: entry(
    "A layer brings something into /var or another folder that is the device's own.",
    "It reaches a device with its first image and never again, and no rollback takes it back.",
    "Put it below /usr, and let tmpfiles.d(5) make what is needed in /var.",
  ),
  CONTAINERFILE_IDENTITY: entry(
    "A layer holds or makes what only one device or group has: a key, a machine-id, a hostname, a corosync.conf.",
    "All devices of the image would take themselves for the same one.",
    "Leave it to first boot.",
  ),
  CONTAINERFILE_SECRET: entry(
    "A password, the hash of one, or a private key stands in a layer.",
    "Whoever can pull the image has it, also after a later layer removes it.",
    "Provide it at first boot: systemd credentials, kickstart, or a medium labelled DCN-HA.",
  ),
  CONTAINERFILE_CLUSTER_STARTS: entry(
    "The image starts corosync, Pacemaker or sbd at boot.",
    "A device that does not know yet which node it is would start a cluster without configuration.",
    "Leave it to first boot.",
  ),
  CONTAINERFILE_MODES: entry(
    "A file needs a mode that a copy out of Git does not keep, and the Containerfile does not set it.",
    "sudo refuses its rule, or others can read what they must not.",
    UNSAY,
  ),
  CONTAINERFILE_KERNEL_ARGUMENTS: entry(
    "Kernel arguments stand in a form that bootc does not read, or the build changes a boot loader.",
    "The device boots without them.",
    "Name them in kernelArguments of the image set.",
  ),
  CONTAINERFILE_HEALTH: entry(
    "A health check is no executable file with the ending .sh below /usr/lib/greenboot, or asks about the network.",
    "greenboot would not run it, it would not go back with the image, or an outage of the site would take a good image back.",
    "Name scripts in health of the image set; leave greenboot-default-health-checks out.",
  ),
  CONTAINERFILE_USERS: entry(
    "The cluster's user or the login has no fixed number before packages are installed.",
    "The next image may give it another one, and nobody can read /var/lib/pacemaker any more.",
    UNSAY,
  ),
  CONTAINERFILE_STATE: entry(
    "No tmpfiles.d file makes the cluster's folders in /var.",
    "A device whose /var is empty starts no cluster.",
    UNSAY,
  ),
  CONTAINERFILE_UPDATES: entry(
    "A timer that updates the system by itself is not masked.",
    "Nodes would reboot at the same time and with no regard to quorum.",
    "Leave it masked, and update by a rollout.",
  ),
  CONTAINERFILE_LINT: entry(
    "The image does not end with bootc container lint --fatal-warnings.",
    "What bootc finds wrong would be seen on a device first.",
    UNSAY,
  ),
};

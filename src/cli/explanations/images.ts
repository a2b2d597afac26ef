// Codes about image sets and what is rendered from them.
import { type Explanations, entry } from "./explanation.js";

export const imageCodes: Explanations = {
  UNKNOWN_IMAGE_SET: entry(
    "No document is an ImageSet of this name.",
    "Nothing can be rendered.",
    "Name one of those that there are.",
  ),
  NO_IMAGE_SET: entry(
    "The file holds no ImageSet.",
    "Nothing can be rendered.",
    "Name the file of an ImageSet; groups and policies are found from there.",
    "kind: ImageSet",
  ),
  IMAGE_BASE: entry(
    "The image set has no base for this build system, or a base that is none.",
    "A Containerfile needs a bootable container image, a Debian tree needs a suite, a blueprint needs a distribution.",
    "Name what is missing; a set may have several.",
    'base: { debian: bookworm, container: "quay.io/centos-bootc/centos-bootc:stream9", distribution: centos-9 }',
  ),
  NODE_WITHOUT_ROLE: entry(
    "A node of a site's group has no attribute role.",
    "Nobody knows which image its device boots.",
    "Give it the name of one of the set's roles.",
    "attributes: { role: hmi }",
  ),
  UNKNOWN_ROLE: entry(
    "A node has a role that the image set does not have.",
    "There is no image for its device.",
    "Add the role to the set, or correct the node's attribute role.",
  ),
  DUPLICATE_GROUP: entry(
    "A group stands at two sites of an image set.",
    "Its nodes would have two images with two time sources and node lists.",
    "Leave it at the site where its devices are.",
  ),
  DUPLICATE_IDENTITY: entry(
    "Two nodes are recognised by the same hostname, MAC address, serial number or kernel argument.",
    "Two devices would take themselves for one node; one of them stays out of the cluster.",
    "Give each node its own; a node without identity is recognised by its name as hostname.",
    'identity: { mac: "02:00:5e:10:00:01" }',
  ),
  FILE_WITHOUT_SOURCE: entry(
    "A file of an image has neither content nor from, or both.",
    "Nobody knows what stands in it.",
    "Give the text, or the path of a file beside the image set.",
    '/etc/issue.d/plant.issue: { content: "…" }',
  ),
  IMAGE_FILE: entry(
    "A file that an image takes over cannot be read.",
    "The image would lack it.",
    "Put it where the image set says; the path starts at the set's own folder.",
  ),
  BAD_IMAGE_PATH: entry(
    "The path is not absolute, or has steps or characters that a path in an image has no need of.",
    "It could lead out of the folder that images are made in.",
    "Write it out, as /etc/sysctl.d/50-plant.conf.",
  ),
  IMAGE_PATH_NOT_ALLOWED: entry(
    "The path is not below /usr or /etc.",
    "What is in /var is the device's own: an image brings it once at most, and no update or rollback touches it.",
    "Put it below /usr and let tmpfiles.d(5) make what is needed in /var.",
  ),
  IDENTITY_IN_IMAGE: entry(
    "The image set brings something that is of one device, or a secret.",
    "All devices of a role and site would be the same one, or whoever can pull the image has the secret.",
    "Leave it to first boot: hostname, keys and corosync.conf come from the site.",
  ),
  IMAGE_STARTS_CLUSTER: entry(
    "The image set starts corosync, Pacemaker, sbd or the gate at boot.",
    "A device that does not know yet which node it is would start a cluster without configuration.",
    "Leave it out: first boot enables them when the node is ready.",
  ),
  NOT_BY_FIRST_BOOT: entry(
    "The group has a quorum device or tickets, and images do not bring them.",
    "The cluster forms at first boot and looks whole. Without its quorum device a half has no quorum, and without booth no ticket comes.",
    "Bring them to the group once it is there, with a login on its nodes.",
    "dcn-ha apply GROUP",
  ),
  BAD_HEALTH_SCRIPT: entry(
    "A health check's file does not end in .sh.",
    "greenboot would not run it, and nobody would notice.",
    "Call it NAME.sh; an executable script in any language.",
  ),
  BAD_UNIT: entry(
    "The text is no name of a systemd unit.",
    "systemd would ignore it.",
    "Write it with its type, as chronyd.service or backup@left.timer.",
  ),
  BAD_PACKAGE: entry(
    "The text is no name of a package.",
    "The build would fail, or read it as an option.",
    "One name for each entry; versions are in the lock file.",
  ),
  BAD_KERNEL_ARGUMENT: entry(
    "The text is no single kernel argument.",
    "The boot loader would read two, or none.",
    "One entry for each, as isolcpus=2-3.",
  ),
  BAD_REF: entry(
    "The text is no ostree ref.",
    "ostree would refuse it.",
    "Names with slashes between them; {role} and {site} are replaced.",
    'ostree: { ref: "dcn/{role}/{site}" }',
  ),
  BAD_REGISTRY: entry(
    "The text is no place in a container registry.",
    "Nothing could be pushed there or pulled from there.",
    "Host, port and path in lower case.",
    "registry: registry.site:5000/plant",
  ),
  IMAGE_LOCK: entry(
    "The file beside the image set is no lock file of ours.",
    "What a build pinned is not known, and would be lost by writing over it.",
    "Restore it from Git, or remove it to pin anew.",
  ),
  SOURCE_DATE_EPOCH: entry(
    "The environment variable SOURCE_DATE_EPOCH is no number.",
    "The time of the image's sources is not known.",
    "Set it to seconds since 1970, or do without it: then the time of the last commit counts.",
  ),
  OPTION_MISSING: entry(
    "The command needs an option that was not given.",
    "It does not guess where to write.",
    "The message names it.",
  ),
  UNKNOWN_CHOICE: entry(
    "The image set has no such role or site.",
    "Nothing would be rendered.",
    "Name one of those that the message lists.",
  ),
  UPDATE_OF_PINNED_IMAGE: entry(
    "An application is to update itself, and its image is pinned by a digest.",
    "Its image would never change.",
    "Name a tag, or leave `update` out: then it changes with the next image of the node.",
    "applications: { viewer: { image: registry.site:5000/viewer:prod, update: auto } }",
  ),
  USERS_IN_TWO_PARTS: entry(
    "Applications that run as a user stand in two parts of the set that come into the same image.",
    "Both parts would write the file with the users' ranges of ids, and the users of one would have none.",
    "Put the applications with users into one part: all roles, all sites, or what all images have.",
    "workload: { applications: { quiet: { image: registry.site:5000/quiet:1, user: quiet } } }",
  ),
  NO_SUCH_STEP: entry(
    "The image pipeline has no step of this name.",
    "Nothing was run.",
    "Name one of its steps, or `failed`.",
    "dcn-ha image pipeline run profiles/images/plant.yaml --from build …",
  ),
  NOTHING_FAILED: entry(
    "A run was to go on with the step that failed last, and none did.",
    "Nothing was run.",
    "Run it from its first step: what is built already is not built again.",
    "dcn-ha image pipeline run profiles/images/plant.yaml …",
  ),
  TOOL_MISSING: entry(
    "A program that builds, signs or copies images is not on this machine.",
    "The step cannot be done without it.",
    "Install it.",
    "apt-get install mmdebstrap ostree gpg buildah skopeo",
  ),
  TOOL_FAILED: entry(
    "A program that builds, signs or copies images ended with an error.",
    "The step is not done; what was done before it is kept, and the same command goes on from there.",
    "Read its last words and the log that the message names.",
  ),
  NOT_BUILT: entry(
    "An image of the set, as the set is now, was not built yet.",
    "Only what was built can be published.",
    "Build it.",
    "dcn-ha image build plant.yaml",
  ),
  NOT_RENDERED: entry(
    "A layer of the set was not among those that were rendered.",
    "It cannot be built.",
    "This is a fault of dcn-ha: please report it.",
  ),
  NO_FINGERPRINT: entry(
    "A signing key is named by something shorter than its fingerprint.",
    "Short key ids can be forged: two keys may have the same.",
    "Take the whole fingerprint.",
    "gpg --list-secret-keys --with-fingerprint",
  ),
  SIGNING_FAILED: entry(
    "The key could not sign.",
    "Devices and sites refuse what is not signed.",
    "See that the key is in the keyring, is not expired, and that gpg-agent can ask for its passphrase.",
    "gpg --list-secret-keys",
  ),
  SIGNATURE_REFUSED: entry(
    "An image, or the list of a bundle, is not signed by a key that counts.",
    "It may be somebody else's, or altered. Nothing of it was taken.",
    "Compare the keys; where the image is right, sign it at the place where it is published.",
  ),
  CONTENT_ALTERED: entry(
    "Content of an image is not what its checksum or its signed list says.",
    "A disk, a stick or the way here has altered it, or somebody has. Nothing of it was put to use.",
    "Fetch it again; if that does not help, compare with the place where it was published.",
  ),
  PATH_REFUSED: entry(
    "A bundle holds a link, a device, or a name that leads out of its folder.",
    "No bundle that dcn-ha writes has such a thing. Nothing was written.",
    "Find out where the bundle comes from.",
  ),
  WRONG_ARCHITECTURE: entry(
    "An image is for another kind of processor.",
    "No device could boot it.",
    "Take the image for this architecture.",
  ),
  NO_SUCH_IMAGE: entry(
    "The repository has no image of this name.",
    "There is nothing to copy or to promote.",
    "See what it names.",
    "ostree --repo=/srv/repo refs",
  ),
  PULL_FAILED: entry(
    "An image could not be fetched.",
    "The server does not answer, or lacks a part of it.",
    "Try again; where it stays so, publish the image again.",
  ),
  COPY_FAILED: entry(
    "A container image could not be copied.",
    "A registry does not answer, or refuses the login.",
    "Try again; skopeo login is for registries that want one.",
  ),
  NOT_PINNED: entry(
    "A container image is named without its digest.",
    "A tag can move while it is copied, and a site would get another image than the hub.",
    "Name image, tag and digest.",
    "hosting:1.0.0@sha256:…",
  ),
  FOLDER_NOT_EMPTY: entry(
    "The folder of a new bundle holds something already.",
    "A bundle is signed as a whole, so that nothing can be added to it.",
    "Name a new folder.",
  ),
  BUNDLE_UNKNOWN: entry(
    "The list of a bundle is of another release.",
    "It cannot be read here.",
    "Take the release that wrote it, or a newer one.",
  ),
};

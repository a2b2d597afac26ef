// Codes about the OS images of a node: asked for, fetched, staged, booted.
import { type Explanations, entry } from "./explanation.js";

export const deploymentCodes: Explanations = {
  NO_IMAGE_UPDATER: entry(
    "A node's system is kept by neither bootc, rpm-ostree nor ostree, or its updater does not say what is booted.",
    "There is no other image that it could boot, and none to go back to.",
    "Roll out images to nodes that are images; update packages by hand, one node at a time in standby.",
  ),
  IMAGE_REQUEST: entry(
    "A digest or an image's name is not one that this node's updater knows.",
    "Nothing was done.",
    "Name the 64 digits of the commit (ostree), or sha256: and 64 digits (container image).",
  ),
  IMAGE_UNUSABLE: entry(
    "The node cannot use the image as things are: it was not pulled, or the system follows nothing that could be asked.",
    "Nothing was staged.",
    "Read the message; the node's own words are in it.",
  ),
  IMAGE_SOURCE_UNREACHABLE: entry(
    "A node could not fetch an image, or what names it.",
    "Each node fetches its own images, with the keys and the remote that it has.",
    "Look at the repository or registry from the node; the updater's words are in the message.",
  ),
  IMAGE_BUSY: entry(
    "The node's updater is at work already, or a reboot is under way.",
    "Two of them at once would undo each other.",
    "Wait and try again.",
  ),
  IMAGE_DENIED: entry(
    "The image was tried on this node before and given up, or somebody denied it.",
    "A bad image offered twice takes the site down twice.",
    "Build a better one. If the image was not at fault, allow it again.",
  ),
  IMAGE_STAGED_BY_OTHER: entry(
    "Another image boots next on this node, and dcn-ha did not put it there.",
    "Somebody wants it, and nothing of theirs is dropped without a word.",
    "Ask them; then drop it by its digest, or let the node boot it.",
  ),
  IMAGE_DRIVER: entry(
    "Another agent, as Zincati, drives the updates of this node.",
    "Two that update and reboot one node know nothing of each other's waiting.",
    "Stop that agent on all nodes of the group; or say that it is to be passed over.",
  ),
  IMAGE_LAYERED: entry(
    "A node has packages layered onto its image by rpm-ostree.",
    "What would boot is made on the node, and no digest names it; another node with the same image would be another system.",
    "Put the packages into the image; then rpm-ostree reset on the node.",
  ),
  IMAGE_NOT_NEXT: entry(
    "A node was to reboot into an image that is not what it would boot.",
    "The reboot would take the node out for nothing.",
    "Look at what the node says; stage the image again. What is staged is lost at a power cut.",
  ),
  IMAGE_REFUSED: entry(
    "The node refused what was asked about its images.",
    "It had a reason, which is in the message.",
    "Read the message.",
  ),
  IMAGE_FAILED: entry(
    "The node's updater failed.",
    "Its own words are in the message; what boots next is as the node says now.",
    "Look at the node: journalctl -t dcn-ha-helper, and the updater's own status.",
  ),
};

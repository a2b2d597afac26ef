// What images of Fedora, CentOS Stream and RHEL need beside the packages: users with fixed ids, folders of /var, images that lie on the node (sysusers.d(5), tmpfiles.d(5), bootc's bound images).
import { type ImageFile, textFile } from "./image-file.js";

/** The cluster's user has these ids in every image, so that /var keeps its owner over an update. */
const CLUSTER_USERS = [
  "g haclient 189",
  'u hacluster 189:189 "cluster user" /var/lib/pacemaker /usr/sbin/nologin',
];
/** As packages lay them out; /var starts empty on a device, and no image update brings a folder there. */
const STATE = [
  "d /var/lib/corosync 0700 root root -",
  "d /var/lib/pacemaker 0750 hacluster haclient -",
  "d /var/lib/pacemaker/blackbox 0750 hacluster haclient -",
  "d /var/lib/pacemaker/cib 0750 hacluster haclient -",
  "d /var/lib/pacemaker/cores 0750 hacluster haclient -",
  "d /var/lib/pacemaker/pengine 0750 hacluster haclient -",
  "d /var/lib/pcsd 0700 root root -",
  "d /var/log/cluster 0700 root root -",
  "d /var/log/pacemaker 0770 hacluster haclient -",
  "d /var/log/pcsd 0700 root root -",
];
const LOGIN = ['u dcn-ha 900 "dcn-ha login" /var/home/dcn-ha /bin/sh'];
/** Nobody works on a device as this user: without it systemd would start a manager of the user's own for each login of a controller. */
const NO_USER_MANAGER: ImageFile = { path: "/usr/lib/systemd/system/user@900.service", link: "/dev/null" };
const LOGIN_FOLDERS = ["d /var/home 0755 root root -", "d /var/home/dcn-ha 0750 dcn-ha dcn-ha -"];
const STORE = [
  "# Images that bootc pulled with the system can be started like all others.",
  "[storage]",
  'driver = "overlay"',
  'runroot = "/run/containers/storage"',
  'graphroot = "/var/lib/containers/storage"',
  "[storage.options]",
  'additionalimagestores = ["/usr/lib/bootc/storage"]',
];

/** Before the packages are installed. */
export function clusterUserFiles(): ImageFile[] {
  return [lines("/usr/lib/sysusers.d/10-dcn-ha-cluster.conf", CLUSTER_USERS)];
}

/** With dcn-ha's own files. */
export function stateFiles(): ImageFile[] {
  return [
    lines("/usr/lib/sysusers.d/10-dcn-ha.conf", LOGIN),
    NO_USER_MANAGER,
    lines("/usr/lib/tmpfiles.d/20-dcn-ha-cluster.conf", STATE),
    lines("/usr/lib/tmpfiles.d/20-dcn-ha-login.conf", LOGIN_FOLDERS),
  ];
}

/** Container images that are pulled together with the system; what was built on the node cannot be. */
export function boundImages(name: string, images: readonly string[]): ImageFile[] {
  const bound = images.filter((image) => !image.startsWith("localhost/"));
  const files = bound.flatMap((image, index): ImageFile[] => {
    const quadlet = `/usr/share/containers/systemd/dcn-ha-${name}-${index}.image`;
    return [
      lines(quadlet, ["[Image]", `Image=${image}`]),
      { path: `/usr/lib/bootc/bound-images.d/dcn-ha-${name}-${index}.image`, link: quadlet },
    ];
  });
  return files.length === 0 ? [] : [...files, lines("/etc/containers/storage.conf", STORE)];
}

function lines(path: string, all: readonly string[]): ImageFile {
  return textFile(path, all.map((line) => `${line}\n`).join(""));
}

// What is measured against what. `atMost` is a promise: the bench fails when the median ratio is above it.
const node = process.execPath;
const bare = [node, "-e", "0"];

/** The cases; every command runs in the repository's folder. */
export const cases = [
  { name: "--version, against bare Node", ours: [node, "bin/dcn-ha.js", "--version"], peer: bare, atMost: 2 },
  { name: "--help, against bare Node", ours: [node, "bin/dcn-ha.js", "--help"], peer: bare },
  {
    name: "render a shipped group, against bare Node",
    ours: [node, "bin/dcn-ha.js", "render", "profiles/groups/cabinet-three.yaml", "--to", "cib"],
    peer: bare,
  },
];

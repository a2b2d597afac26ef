// The house of docs/architecture.md as rules: rooms from top to bottom; arrows only point down.
// When a rule fires: move the function to the room whose noun it is, or change docs/architecture.md first.
const rooms = [
  "cli",
  "lab",
  "workflows",
  "sources",
  "monitor",
  "build",
  "apply",
  "deployments",
  "observe",
  "transport",
  "log",
  "time",
  "image",
  "plan",
  "rollout",
  "coordination",
  "drill",
  "timeline",
  "survival",
  "adoption",
  "checks",
  "profile",
  "lint",
  "observation",
  "pcs",
  "cib",
  "corosync",
  "booth",
  "shell",
  "xml",
  "cluster",
  "errors",
];
const pure = rooms.slice(rooms.indexOf("image"));

const downward = rooms.flatMap((room, index) =>
  index === 0
    ? []
    : [
        {
          name: `down-from-${room}`,
          comment: `${room}/ may import only rooms below it; the order is in docs/architecture.md.`,
          severity: "error",
          from: { path: `^src/${room}/` },
          to: { path: `^src/(${rooms.slice(0, index).join("|")})/` },
        },
      ],
);

export default {
  forbidden: [
    ...downward,
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "enter-by-index",
      comment: "A room is entered through its index.ts.",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/([^/]+)/", pathNot: ["^src/$1/", "^src/[^/]+/index\\.ts$"] },
    },
    {
      name: "pure-rooms",
      comment: "Pure rooms have no Node built-ins: pass data in, return data.",
      severity: "error",
      from: { path: `^src/(${pure.join("|")})/` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "ssh2-only-in-transport",
      severity: "error",
      from: { pathNot: "^src/transport/" },
      to: { path: "node_modules/(@types/)?ssh2/" },
    },
    {
      name: "execa-only-in-transport",
      severity: "error",
      from: { pathNot: "^src/transport/" },
      to: { path: "node_modules/execa/" },
    },
    {
      name: "child-process-only-in-transport-and-lab",
      comment: "Processes are started by transport/local; the lab also holds long-lived ones (nspawn).",
      severity: "error",
      from: { pathNot: "^src/(transport|lab)/" },
      to: { path: "^(node:)?child_process$" },
    },
    {
      name: "saxes-only-in-xml",
      comment: "XML is parsed and written in xml/ only; why saxes is in docs/adr/0005-xml.md.",
      severity: "error",
      from: { pathNot: "^src/xml/" },
      to: { path: "node_modules/saxes/" },
    },
    {
      name: "opentelemetry-only-in-monitor",
      comment: "In one file, which is loaded only where somebody sends there.",
      severity: "error",
      from: { pathNot: "^src/monitor/opentelemetry\\.ts$" },
      to: { path: "node_modules/@opentelemetry/" },
    },
    {
      name: "opentelemetry-loaded-late",
      comment: "Every start of a monitor would load it: import() it, and only types otherwise.",
      severity: "error",
      from: {},
      to: { path: "^src/monitor/opentelemetry\\.ts$", dependencyTypesNot: ["dynamic-import", "type-only"] },
    },
    {
      name: "lab-only-from-cli",
      severity: "error",
      from: { path: "^src/(?!cli/|lab/)" },
      to: { path: "^src/lab/" },
    },
    {
      name: "known-room",
      comment: "A file without a room means a missing noun.",
      severity: "error",
      from: {},
      to: { path: "^src/", pathNot: `^src/(${rooms.join("|")})/` },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: "\\.d\\.ts$|^src/cli/(main|lab-supervisor)\\.ts$" },
      to: {},
    },
    { name: "no-dev-deps", severity: "error", from: { path: "^src/" }, to: { dependencyTypes: ["npm-dev"] } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};

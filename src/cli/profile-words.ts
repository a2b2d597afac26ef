// What a document of the library, or of one's own, offers to those who use it: `dcn-ha explain container`.
import type { DocumentOf, ProfileDocument } from "../profile/index.js";

type Parameters = DocumentOf<"WorkloadProfile">["value"]["parameters"];

/** Summary, what it needs, its parameters with type, default and meaning, and a line to start from. */
export function profileWords(document: ProfileDocument): string {
  const { kind, name, file, value } = document;
  const summary = "summary" in value && value.summary !== undefined ? `: ${value.summary}` : "";
  return [`${name}, a ${kind}${summary}`, ...partsOf(document), `  written in ${file}`].join("\n");
}

function partsOf(document: ProfileDocument): string[] {
  switch (document.kind) {
    case "WorkloadProfile": {
      const { needs = [], parameters, resources } = document.value;
      const agents = resources.map(({ agent, when }) =>
        when === undefined ? agent : `${agent} (with ${when})`,
      );
      const examples = examplesOf(parameters);
      const given = examples.length === 0 ? "" : `, with: { ${examples.join(", ")} }`;
      return [
        ...needs.map((need) => `  needs ${need}`),
        ...table(rowsOf(parameters)),
        `  becomes ${agents.join(", then ")}`,
        `  for example - { name: my-${document.name}, profile: ${document.name}${given} }`,
      ];
    }
    case "ConstraintProfile": {
      const { roles, parameters } = document.value;
      const filled = Object.keys(roles).map((role) => `${role}: WORKLOAD`);
      return [
        ...table([
          ...Object.entries(roles).map(([role, text]) => [role, "a workload", text] as const),
          ...rowsOf(parameters),
        ]),
        `  for example - { profile: ${document.name}, with: { ${[...filled, ...examplesOf(parameters)].join(", ")} } }`,
      ];
    }
    case "ClusterPolicy": {
      const { nodes } = document.value;
      return [
        `  for ${nodes.min} to ${nodes.max} nodes`,
        "  every value has its reason beside it, in its file; dcn-ha explain GROUP has the computed times",
      ];
    }
    default:
      return [];
  }
}

function rowsOf(parameters: Parameters): (readonly [string, string, string])[] {
  return Object.entries(parameters ?? {}).map(([key, one]) => {
    const choices = one.choices === undefined ? "" : `: ${one.choices.join(", ")}`;
    const given = one.default === undefined ? "" : `, default ${plain(one.default)}`;
    const need = one.required === true ? ", required" : given;
    return [key, `${one.type}${choices}${need}`, one.description];
  });
}

/** What must be given, with the example that the profile has for it. */
function examplesOf(parameters: Parameters): string[] {
  return Object.entries(parameters ?? {})
    .filter(([, { required }]) => required === true)
    .map(
      ([key, { example, type }]) => `${key}: ${example === undefined ? type.toUpperCase() : plain(example)}`,
    );
}

/** As a profile would write it. */
function plain(value: NonNullable<Parameters>[string]["default"]): string {
  return typeof value === "string" && /^[\w/.-]+$/.test(value) ? value : JSON.stringify(value);
}

function table(rows: readonly (readonly [string, string, string])[]): string[] {
  const widths = [0, 1].map((at) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map(([first, second, text]) =>
    `  ${first.padEnd(widths[0] ?? 0)}  ${second.padEnd(widths[1] ?? 0)}  ${text}`.trimEnd(),
  );
}

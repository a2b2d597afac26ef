// How rendering grows with a group: 10 to 10,000 workloads, YAML in and CIB out, in one process; the sizes take turns, and the
// exponent is that of the power law through their medians (least squares over logarithms), or of the last step where that is steeper.
import { summary } from "./ratios.js";

const sizes = [10, 100, 1_000, 10_000];

/** A group with so many workloads: every tenth prefers a node, every tenth stands with its neighbour. */
export function groupText(count) {
  const names = Array.from({ length: count }, (_, index) => `load-${String(index).padStart(5, "0")}`);
  const nodes = [1, 2, 3].map(
    (host) =>
      `  - { name: dcn${host}, addresses: { site: 10.0.0.${host} }, fence: { redfish: { address: 10.1.0.${host}, username: dcn, password: { secret: bmc/dcn${host} } } } }`,
  );
  const tenth = names.filter((_, index) => index % 10 === 0);
  return [
    "kind: NodeGroup",
    "name: large",
    "policy: edge-three-node",
    "networks: [site]",
    "nodes:",
    ...nodes,
    "workloads:",
    ...names.map((name) => `  - { name: ${name}, profile: heartbeat }`),
    "constraints:",
    ...tenth.map((name, index) => `  - { prefer: ${name}, nodes: { dcn${(index % 3) + 1}: 50 } }`),
    ...tenth.map((name, index) => `  - { together: [${name}, ${names[index * 10 + 1]}] }`),
    "",
  ].join("\n");
}

/** What `render --to cib` does with a text. Throws where the group has an error. */
async function renderer() {
  const [{ parseDocuments, resolveGroup }, { renderCib }, { loadSources }] = await Promise.all(
    ["profile", "cib", "sources"].map((room) => import(`../dist/${room}/index.js`)),
  );
  const { sources } = await loadSources([]);
  const version = { validateWith: "pacemaker-3.9", crmFeatureSet: "3.16.1", epoch: 1 };
  return (text) => {
    const { documents, broken } = parseDocuments([{ file: "group.yaml", text }, ...sources]);
    const { group, findings } = resolveGroup(documents, "large", broken);
    if (group === undefined) throw new Error(`the group is wrong: ${findings[0]?.text ?? "?"}`);
    return renderCib(group.model.configuration, version);
  };
}

/** Measures every size in turn; processor time of this process, so that a busy machine counts little. */
export async function growth(rounds, atMost) {
  const render = await renderer();
  const texts = sizes.map(groupText);
  const times = sizes.map(() => []);
  const measure = (text) => {
    const before = process.cpuUsage();
    render(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  for (let warm = 0; warm < 20; warm += 1) render(texts[1]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, text] of texts.entries()) times[index].push(measure(text));
  }
  const points = sizes.map((size, index) => ({ size, ms: summary(times[index]) }));
  const logs = points.map(({ size, ms }) => [Math.log(size), Math.log(ms.median)]);
  // Small groups cost what the library costs, which flattens the whole: the last step alone must keep the promise too.
  const exponent = Math.max(slope(logs), slope(logs.slice(-2)));
  return { name: "render 10 to 10,000 workloads", rounds, points, exponent, atMost };
}

function slope(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([a]) => a)), mean(points.map(([, b]) => b))];
  const rise = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return rise / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

/** The growth as a line. */
export function describeGrowth({ name, points, exponent, atMost }) {
  const times = points.map(({ size, ms }) => `${size}: ${ms.median.toFixed(1)} ms`);
  return `${name}: exponent ${exponent.toFixed(2)} (promised ≤ ${atMost}); ${times.join(", ")}`;
}

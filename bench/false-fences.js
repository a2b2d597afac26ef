// How often a bad network costs a node its membership, and so gets it fenced though it lives: policies × loss on every line, as a
// rate over time. corosync alone on a three-node lab, with each policy's own corosync.conf: a fence would take the node away for
// half a minute, and the rate with it; every membership lost here is a fence there. Needs root.
// usage: node bench/false-fences.js [--seconds N] [--losses 0,20,40] [--policies fast,…] [--delay 0ms] [--seed N] [--json] [--write]
//        --write puts table and curve into docs/networks.md and docs/false-fences.svg
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";
import { mendWhenInterrupted } from "./interrupted.js";
import { describeMachine } from "./ratios.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    losses: { type: "string", default: "0,10,20,30,40" },
    policies: { type: "string", default: "fast,edge-three-node,across-cabinets,calm" },
    delay: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const lab = "false-fences";
const nodes = ["dcn1", "dcn2", "dcn3"];

function dcnHa(words, input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}bin/dcn-ha.js`, ...words], {
    input,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`dcn-ha ${words.join(" ")} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}
const onLab = (verb, ...words) => dcnHa(["lab", verb, "--name", lab, ...words]);
const onNode = (node, script, input) =>
  dcnHa(["lab", "exec", "--name", lab, node, "--", "sh", "-c", script], input);

/** Ring ids of the memberships that somebody left, as the nodes wrote them down since a moment (seconds of the epoch). */
function losses(since) {
  const text = nodes
    .map((node) =>
      onNode(
        node,
        `journalctl -u corosync -o cat --no-pager --since=@${since} | grep 'A new membership' || :`,
      ),
    )
    .join("");
  const left = [...text.matchAll(/A new membership \(([0-9a-f.]+)\) was formed\. Members.* left: ([\d ]+)/g)];
  return new Set(left.map(([, ring]) => ring)).size;
}

/** Gives the running corosync of all nodes another policy's times, as `apply` would by reload. */
function usePolicy(profile, policy) {
  const group = parse(readFileSync(profile, "utf8"));
  const other = profile.replace(/group\.yaml$/, `${policy}.yaml`);
  writeFileSync(other, stringify({ ...group, policy }));
  const conf = dcnHa(["render", other, "--to", "corosync"]);
  for (const node of nodes) onNode(node, "cat >/etc/corosync/corosync.conf", conf);
  onNode("dcn1", "corosync-cfgtool -R >/dev/null");
  const tokenMs = Number(
    onNode("dcn1", "sleep 1; corosync-cmapctl -g runtime.config.totem.token").split("=")[1],
  );
  return { policy, tokenMs };
}

async function point({ policy, tokenMs }, loss) {
  const settings = [
    ...(loss > 0 ? ["--loss", String(loss)] : []),
    ...(values.delay ? ["--delay", values.delay] : []),
  ];
  if (settings.length > 0)
    for (const node of nodes)
      onLab("fault", "misbehave", node, "--direction", "in", "--seed", values.seed, ...settings);
  const since = Math.ceil(Date.now() / 1000);
  const seconds = Number(values.seconds);
  await delay(seconds * 1000);
  const lost = losses(since);
  onLab("heal");
  await delay(5_000);
  const result = {
    policy,
    tokenMs,
    loss,
    seconds,
    lost,
    perMinute: (60 * lost) / seconds,
    load: loadavg()[0],
  };
  process.stderr.write(`${policy}, token ${tokenMs} ms, loss ${loss} %: ${lost} in ${seconds} s\n`);
  return result;
}

/** A curve for each policy: losses a minute over the share of packets that are lost. */
function picture(points) {
  const [width, height, gap] = [640, 320, 48];
  const shares = [...new Set(points.map(({ loss }) => loss))];
  const most = Math.max(1, ...points.map(({ perMinute }) => perMinute));
  const x = (loss) => gap + (loss / Math.max(1, ...shares)) * (width - gap - 150);
  const y = (rate) => height - gap - (rate / most) * (height - 2 * gap);
  const colours = ["#b2182b", "#ef8a62", "#67a9cf", "#2166ac", "#4d4d4d"];
  const curves = [...new Set(points.map(({ policy }) => policy))].map((policy, index) => {
    const own = points.filter((each) => each.policy === policy);
    const line = own
      .map(({ loss, perMinute }) => `${x(loss).toFixed(1)},${y(perMinute).toFixed(1)}`)
      .join(" ");
    const label = `${policy}, token ${own[0].tokenMs} ms`;
    return `<polyline fill="none" stroke="${colours[index % 5]}" stroke-width="2" points="${line}"/><text x="${width - 190}" y="${gap + index * 16}" fill="${colours[index % 5]}">${label}</text>`;
  });
  const ticks = shares.map(
    (loss) => `<text x="${x(loss)}" y="${height - gap + 16}" text-anchor="middle">${loss} %</text>`,
  );
  const axes = `<path d="M${gap} ${gap}V${height - gap}H${x(Math.max(...shares))}" fill="none" stroke="#888"/>`;
  const scale = `<text x="8" y="${y(most)}">${most.toFixed(1)}</text><text x="8" y="${y(0)}">0</text><text x="8" y="20">memberships lost a minute, over the loss on every line</text>`;
  const title = "<title>False fences over loss, a line for each policy</title>";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">\n${[title, axes, scale, ...ticks, ...curves].join("\n")}\n</svg>\n`;
}

function table(points) {
  const shares = [...new Set(points.map(({ loss }) => loss))];
  const rows = [...new Set(points.map(({ policy }) => policy))].map((policy) => {
    const own = points.filter((each) => each.policy === policy);
    const cells = shares.map((loss) => own.find((each) => each.loss === loss)?.perMinute.toFixed(1) ?? "");
    return `| \`${policy}\` | ${own[0].tokenMs} ms | ${cells.join(" | ")} |`;
  });
  const head = `| policy | token | ${shares.map((loss) => `${loss} %`).join(" | ")} |`;
  return [head, `|---|---|${shares.map(() => "---|").join("")}`, ...rows].join("\n");
}

spawnSync(process.execPath, [`${root}bin/dcn-ha.js`, "lab", "down", "--name", lab]);
const points = [];
const mend = mendWhenInterrupted(() => onLab("down", "--no-check"));
try {
  const { profile } = JSON.parse(onLab("up", "--json"));
  dcnHa(["apply", profile]);
  // All at once: the last ones would wait for a DC that is gone.
  onNode("dcn1", "crm_attribute --name maintenance-mode --update true");
  await Promise.all(nodes.map((node) => onNode(node, "systemctl stop pacemaker")));
  for (const policy of values.policies.split(",")) {
    const used = usePolicy(profile, policy);
    for (const loss of values.losses.split(",")) points.push(await point(used, Number(loss)));
  }
} finally {
  mend();
}
const machine = describeMachine();
const load = points.map((each) => each.load);
const how = `${points[0].seconds} s a point, three nodes, two networks${values.delay ? `, ${values.delay} later` : ""}, seed ${values.seed}; ${machine.text}; load ${Math.min(...load).toFixed(1)} to ${Math.max(...load).toFixed(1)}`;
if (values.write) {
  writeFileSync(`${root}docs/false-fences.svg`, picture(points));
  const page = `${root}docs/networks.md`;
  const between = /(<!-- false fences -->\n)[\s\S]*?(<!-- end of false fences -->)/;
  const text = `${table(points)}\n\n![memberships lost a minute over loss, for each policy](false-fences.svg)\n\nMeasured: ${how}.\n`;
  writeFileSync(page, readFileSync(page, "utf8").replace(between, `$1${text}$2`));
}
process.stdout.write(
  values.json ? `${JSON.stringify({ machine, how, points })}\n` : `${table(points)}\n\n${how}\n`,
);

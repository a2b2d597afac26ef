// From an event to whoever is told, on a live three-node lab: the monitor's --notify, against a bare alert agent of Pacemaker that does
// the same on the node itself. Both are told of the same events, so that a busy machine hits both alike.
// Needs root; takes about two minutes. usage: node bench/monitor.js [--events N] [--json]
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mendWhenInterrupted } from "./interrupted.js";
import { summary } from "./ratios.js";

const { values } = parseArgs({
  options: { events: { type: "string", default: "100" }, json: { type: "boolean", default: false } },
});
const program = fileURLToPath(new URL("../bin/dcn-ha.js", import.meta.url));
const lab = "bench-monitor";
const AT_MOST = 1.3;

function run(...argv) {
  const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}
const dcnHa = (...words) => run(process.execPath, program, ...words);
const onNode = (node, script) => dcnHa("lab", "exec", "--name", lab, node, "--", "sh", "-c", script);

/** Lines "VALUE NANOSECONDS" as numbers; the first time counts. */
function times(text) {
  const seen = new Map();
  for (const line of text.split("\n")) {
    const [value, at] = line.split(" ");
    if (at !== undefined && !seen.has(value)) seen.set(value, Number(at) / 1e6);
  }
  return seen;
}

const folder = mkdtempSync(join(tmpdir(), "dcn-bench-monitor-"));
const hook = join(folder, "hook");
// The same work on both sides: a shell that notes the value and the time.
writeFileSync(
  hook,
  `#!/bin/sh\nread -r said\nvalue=\${said##*is }\necho "\${value%%\\"*} $(date +%s%N)" >>${folder}/told\n`,
  { mode: 0o755 },
);
const plain = '#!/bin/sh\necho "$CRM_alert_attribute_value $(date +%s%N)" >>/var/lib/pacemaker/plain\n';

spawnSync(process.execPath, [program, "lab", "down", "--name", lab]);
const { profile } = JSON.parse(dcnHa("lab", "up", "--name", lab, "--json"));
let monitor;
const mend = mendWhenInterrupted(() => {
  monitor?.kill("SIGTERM");
  spawnSync(process.execPath, [program, "lab", "down", "--name", lab]);
  rmSync(folder, { recursive: true, force: true });
});
try {
  dcnHa("apply", profile);
  for (const node of ["dcn1", "dcn2", "dcn3"])
    onNode(node, `printf '%s' '${plain}' >/var/lib/plain; chmod 755 /var/lib/plain`);
  const select = "<select><select_attributes/></select>";
  for (const alert of [
    `<alert id="plain" path="/var/lib/plain">${select}</alert>`,
    `<alert id="more" path="/usr/local/lib/dcn-ha/alert">${select}</alert>`,
  ])
    onNode("dcn1", `cibadmin --create -o alerts --xml-text '${alert}'`);
  monitor = spawn(
    process.execPath,
    [program, "monitor", profile, "--json", "--notify", `exec:${hook}`, "--notify-about", "events"],
    { env: { ...process.env, XDG_STATE_HOME: folder }, stdio: ["ignore", "ignore", "inherit"] },
  );
  await delay(8_000);
  const sent = times(
    onNode(
      "dcn1",
      `for i in $(seq ${values.events}); do echo "$i $(date +%s%N)"; attrd_updater -n count -U $i; sleep 0.25; done`,
    ),
  );
  await delay(3_000);
  const bare = times(
    ["dcn1", "dcn2", "dcn3"].map((node) => onNode(node, "cat /var/lib/pacemaker/plain || :")).join("\n"),
  );
  const told = times(readFileSync(join(folder, "told"), "utf8"));
  const latencies = (seen) =>
    [...sent].flatMap(([value, at]) => (seen.has(value) ? [seen.get(value) - at] : []));
  const [ours, peer] = [summary(latencies(told)), summary(latencies(bare))];
  const lost = [...bare.keys()].filter((value) => !told.has(value)).length;
  const result = {
    events: sent.size,
    oursMs: ours,
    peerMs: peer,
    ratio: ours.median / peer.median,
    atMost: AT_MOST,
    lost,
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result, undefined, 2)}\n`
      : `event to --notify exec: ${ours.median.toFixed(1)} ms, to a bare alert agent: ${peer.median.toFixed(1)} ms, ` +
          `ratio ${result.ratio.toFixed(2)} (promised at most ${AT_MOST}), ${lost} of ${bare.size} lost\n`,
  );
  process.exitCode = result.ratio <= AT_MOST && lost === 0 ? 0 : 1;
} finally {
  mend();
}

// Boots what was built: the devices of an image set in the lab, from published images, and says of each image what was seen.
// An image that was not booted is not called tested, and what a lab cannot show is said too.
import { setTimeout as delay } from "node:timers/promises";
import type { ResolvedGroup } from "../profile/index.js";
import { systemClock } from "../time/index.js";
import type { Births } from "./born.js";
import { switchPower } from "./control.js";
import { takeDown } from "./down.js";
import { monotonicNs } from "./events.js";
import { execInside } from "./inside.js";
import type { LabPaths } from "./paths.js";
import type { QuickstartProduct } from "./quickstart.js";
import type { LabNode, LabSpec } from "./spec.js";
import { readHostEvents, readTruth } from "./truth.js";
import { bringUp } from "./up.js";

/** How to test. */
export interface ImageTestRequest {
  readonly paths: LabPaths;
  readonly births: Births;
  readonly resources: string;
  readonly product: Pick<QuickstartProduct, "status">;
  readonly keep: boolean;
  readonly onStep: (text: string) => void;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** One thing that was looked at; `said` is what was seen where it is not as it should be. */
export interface ImageCheck {
  readonly what: string;
  readonly good: boolean;
  readonly said: string;
}

/** What was seen of one image. */
export interface TestedImage {
  /** Its ref in the repository, and the commit that the device had booted. */
  readonly ref: string;
  readonly commit: string;
  readonly device: string;
  readonly checks: readonly ImageCheck[];
}

/** What the whole test showed. */
export interface ImageTestReport {
  readonly set: string;
  readonly version: string;
  readonly good: boolean;
  readonly images: readonly TestedImage[];
  readonly groups: readonly { readonly group: string; readonly checks: readonly ImageCheck[] }[];
  readonly notTested: readonly string[];
}

/** What a lab of containers cannot show of an image. */
const NOT_HERE = [
  "kernel, initramfs and boot loader: the lab starts the image's systemd in a container",
  "kernel arguments",
  "time sources: a node of the lab may not set the clock",
  "drivers and everything else that needs the device's own hardware",
];
const PATIENCE_MS = 240_000;

/** Boots all devices of the set, lets them form their clusters, and takes one node of each away. The lab is gone afterwards unless it shall be kept. */
export async function testImages(request: ImageTestRequest): Promise<ImageTestReport> {
  const { paths, births, onProgress, onStep } = request;
  await takeDown({ paths, onProgress: () => undefined, check: false });
  const up = await bringUp({
    paths,
    births,
    resources: request.resources,
    onProgress,
    shape: {
      ...{ name: paths.labName, nodes: 0, oses: [], networks: 0 },
      ...{ bare: false, qdevice: false, remote: false, client: false },
    },
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  try {
    onStep(`${up.spec.nodes.length} devices have booted; first boot, then their clusters`);
    return await new Test(request, up.spec).all();
  } finally {
    if (request.keep) onStep(`the lab stays: dcn-ha lab status --name ${paths.labName}`);
    else await takeDown({ paths, onProgress });
  }
}

class Test {
  constructor(
    private readonly request: ImageTestRequest,
    private readonly spec: LabSpec,
  ) {}

  async all(): Promise<ImageTestReport> {
    const { set } = this.request.births;
    const found = set.sites.flatMap(({ groups }) => [...groups]);
    // Clusters first: what a device reports after it is what it has come to.
    const groups = [];
    for (const group of found) groups.push({ group: group.name, checks: await this.group(group) });
    const images = await Promise.all(this.spec.nodes.map((node) => this.image(node)));
    const checks = [...groups, ...images].flatMap((one) => one.checks);
    const containers = set.sites.flatMap(({ groups: all }) => all).some(({ model }) => hasContainer(model));
    return {
      set: set.name,
      version: set.value.version,
      good: checks.every(({ good }) => good),
      images,
      groups,
      notTested: [
        ...NOT_HERE,
        ...found
          .filter(({ workloads }) => !workloads.some(isSeen))
          .map(({ name }) => `the loss of a node in ${name}: none of its workloads writes a heartbeat`),
        ...(containers ? ["container images that a registry has"] : []),
      ],
    };
  }

  private async image(node: LabNode): Promise<TestedImage> {
    const ask = async (what: string, script: string, wanted: RegExp): Promise<ImageCheck> => {
      const said = await this.inside(node.name, script);
      return { what, good: wanted.test(said), said };
    };
    const commit = await this.inside(
      node.name,
      "ostree admin status | sed -n 's/^\\* *[^ ]* \\([0-9a-f]*\\)\\..*/\\1/p'",
    );
    const journal =
      "journalctl -b -u dcn-ha-first-boot --no-pager -o cat | grep -E '^this device is |^NOT STARTED' | tail -n 1";
    const checks = [
      await ask(
        "first boot knows the device",
        journal,
        new RegExp(`this device is ${node.own?.hostname ?? ""},`),
      ),
      await ask("no unit has failed", "systemctl --failed --no-legend --plain", /^$/),
      await ask(
        "required health checks are green",
        "systemctl is-active dcn-ha-greenboot.service",
        /^active$/,
      ),
      await ask("/usr cannot be written", "touch /usr/x 2>&1; rm -f /usr/x 2>/dev/null", /[Rr]ead-only/),
    ];
    return { ref: node.own?.ref ?? "", commit, device: node.name, checks };
  }

  private async group(group: ResolvedGroup): Promise<ImageCheck[]> {
    const { onStep } = this.request;
    const names = group.nodes.map(({ name }) => name);
    const formed = await this.online(group.name, names);
    onStep(`${group.name}: ${formed.good ? "one cluster of all its devices" : formed.said}`);
    if (!formed.good) return [formed];
    const workload = group.workloads.find(isSeen);
    const effect = await this.eventually("the profile of the image is in effect", async () => {
      const said = await this.inside(
        names[0] ?? "",
        "cibadmin --query --local | grep -c 'id=\"dcn-ha-profile\"'",
      );
      return { good: said === "1", said };
    });
    if (workload === undefined) return [formed, effect];
    return [formed, effect, ...(await this.lose(group, workload.name))];
  }

  /** Takes the power of the node that runs a workload. */
  private async lose(group: ResolvedGroup, workload: string): Promise<ImageCheck[]> {
    const { paths, onStep } = this.request;
    const truth = () => readTruth(paths, workload, group.name);
    const runs = await this.eventually(`${workload} runs`, async () => {
      const { runs: seen, nowNs } = await truth();
      return { good: seen.some((run) => nowNs - run.toNs < 1e9), said: `${seen.length} runs` };
    });
    if (!runs.good) return [runs];
    const victim = (await truth()).runs.at(-1)?.node ?? "";
    const sinceNs = monotonicNs();
    await switchPower(paths, victim, "off");
    onStep(`${group.name}: power off ${victim}, which runs ${workload}`);
    const moved = await this.eventually(`${workload} runs again after the loss of ${victim}`, async () => {
      const again = (await truth()).runs.find((run) => run.fromNs > sinceNs);
      return { good: again !== undefined, said: again === undefined ? "nowhere" : `on ${again.node}` };
    });
    const back = await this.online(
      group.name,
      group.nodes.map(({ name }) => name),
    );
    const requests = (await readHostEvents(paths)).filter(
      ({ node, event, monotonicNs: at }) => node === victim && event === "request" && at > sinceNs,
    );
    const twice = (await truth()).doubleRuns;
    return [
      runs,
      moved,
      {
        what: `${victim} was fenced by its peers`,
        good: requests.length > 0,
        said: `${requests.length} requests to its BMC`,
      },
      { ...back, what: `${victim} is a member again` },
      { what: `${workload} never ran twice`, good: twice.length === 0, said: `${twice.length} times` },
    ];
  }

  private online(group: string, nodes: readonly string[]): Promise<ImageCheck> {
    const profile = `${this.request.paths.folder}/${group}.yaml`;
    return this.eventually("all devices are one cluster", async () => {
      const { online, text } = await this.request.product.status(profile);
      return { good: nodes.every((node) => online.includes(node)), said: text.split("\n")[0] ?? "" };
    });
  }

  private async eventually(
    what: string,
    look: () => Promise<{ readonly good: boolean; readonly said: string }>,
  ): Promise<ImageCheck> {
    const endMs = systemClock.nowMs() + PATIENCE_MS;
    for (;;) {
      this.request.signal?.throwIfAborted();
      const seen = await look().catch((error: unknown) => ({ good: false, said: String(error) }));
      if (seen.good || systemClock.nowMs() > endMs) return { what, ...seen };
      await delay(500);
    }
  }

  private async inside(node: string, script: string): Promise<string> {
    const { stdout, stderr } = await execInside(this.request.paths, node, ["sh", "-c", script], {
      timeoutMs: 30_000,
    });
    return `${stdout}${stderr}`.trim();
  }
}

/** Whether a workload's place can be seen from outside the nodes. */
function isSeen({ profile }: ResolvedGroup["workloads"][number]): boolean {
  return profile === "heartbeat";
}

function hasContainer(model: ResolvedGroup["model"]): boolean {
  return JSON.stringify(model.configuration.resources).includes('"type":"podman"');
}

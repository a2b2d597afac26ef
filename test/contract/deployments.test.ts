// Plays the contract of deployment backends against real ostree, and against bootc and rpm-ostree as stand-ins over it.
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from "vitest";
import {
  compareImage,
  denyImage,
  dropImage,
  pullImage,
  readImage,
  rebootNode,
  resolveImage,
  stageImage,
} from "../../src/deployments/index.js";
import { bootOrder, HELPER_ARGV, type ImageState } from "../../src/observation/index.js";
import { need, needRoot } from "../golden/tools.js";
import { OstreeMachine } from "../sandbox/ostree-machine.js";
import { type Bench, deploymentCases } from "./deployments.contract.js";
import { followedCases } from "./deployments-followed.contract.js";
import { troubleCases } from "./deployments-trouble.contract.js";

interface Backend {
  readonly name: string;
  readonly updater: ImageState["updater"];
  readonly standIns: readonly string[];
  readonly container: boolean;
}

const BACKENDS: readonly Backend[] = [
  { name: "ostree", updater: "ostree", standIns: [], container: false },
  {
    name: "a stand-in for bootc",
    updater: "bootc",
    standIns: ["bootc", "skopeo", "podman"],
    container: true,
  },
  { name: "a stand-in for rpm-ostree", updater: "rpm-ostree", standIns: ["rpm-ostree"], container: false },
  {
    name: "a stand-in for rpm-ostree that follows a container image",
    updater: "rpm-ostree",
    standIns: ["rpm-ostree", "skopeo", "podman"],
    container: true,
  },
];
const able = process.getuid?.() === 0;

let installed: OstreeMachine | undefined;
let first = "";
let open: OstreeMachine | undefined;

beforeAll(() => {
  if (!able) return;
  installed = new OstreeMachine();
  installed.put("usr/etc/modules-load.d/cluster.conf", "# bridges\nbr_netfilter\ndrbd-extra\n");
  first = installed.publish("1");
  installed.install();
}, 240_000);
afterAll(() => installed?.remove());
afterEach(() => {
  open?.remove();
  open = undefined;
});

function bench({ updater, standIns, container }: Backend): Bench {
  if (installed === undefined) throw new Error("no machine");
  const machine = installed.copy().standIn(...standIns);
  open = machine;
  if (container && updater === "rpm-ostree") machine.write("rpm-ostree.container", "");
  const digestOf = (commit: string): string => (container ? `sha256:${commit}` : commit);
  return {
    machine,
    at: { transport: machine.transport, node: "dcn1" },
    updater,
    digestOf,
    first: digestOf(first),
    second: digestOf(machine.publish("2")),
    prefetches: !container,
    locks: updater === "rpm-ostree",
    stageByHand: (digest) => {
      const commit = digest.replace("sha256:", "");
      machine.run("ostree", "--repo=/sysroot/ostree/repo", "pull", "images", commit);
      machine.run("ostree", "admin", "deploy", "--os=dcn", "--stage", commit);
    },
  };
}

/** Mounts, and deployments that belong to root. */
function needMachine(context: TestContext): void {
  needRoot(context, "machines of real ostree are mounted");
  need(context, "ostree", "unshare", "flock", "python3");
}

const soak = process.env.DCN_HA_SOAK !== undefined;
const contract = [...deploymentCases, ...troubleCases];
// The last one differs from the third in names alone, which the tests below it are about. Each case is some hundred processes: what is
// real plays all of them, and the stand-ins every second one each, or all in a soak.
describe.each(BACKENDS.slice(0, 3))("$name", (backend) => {
  const turn = BACKENDS.indexOf(backend);
  const cases = contract.filter((_, number) => soak || turn === 0 || number % 2 === turn % 2);
  test.for(cases)("$name", { timeout: 240_000 }, async ({ run }, context) => {
    needMachine(context);
    await run(bench(backend));
  });
});

const [OSTREE, BOOTC, RPM_OSTREE, CONTAINER] = BACKENDS as [Backend, Backend, Backend, Backend];

// The first one is what both are for; of the others each plays every second one, or all in a soak.
describe.each([BOOTC, CONTAINER])("$name: what it follows", { timeout: 240_000 }, (backend) => {
  const isOwn = (number: number): boolean => number % 2 === (backend === BOOTC ? 0 : 1);
  const cases = followedCases.filter((_, number) => soak || number === 0 || isOwn(number));
  test.for(cases)("$name", async ({ run }, context) => {
    needMachine(context);
    await run(bench(backend));
  });
});

const orderOf = async ({ at }: Bench) => bootOrder((await readImage(at)).os ?? fail());
const fail = (): never => {
  throw new Error("the status is unknown");
};

describe("what is of one updater alone", { timeout: 240_000 }, () => {
  test("ostree: without a unit that finalizes, it deploys at once and says so", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(OSTREE);
    machine.forget("units/ostree-finalize-staged.service.active");
    await pullImage(at, { digest: second });
    expect(await stageImage(at, { digest: second })).toMatchObject({ stage: "done", how: "deployed" });
    expect((await readImage(at)).os?.deployments[0]?.state).toBe("pending");
    expect(await dropImage(at)).toBe("done");
  });

  test("ostree: a read-only /sysroot is no hindrance, and stays so", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(OSTREE);
    machine.protectSysroot();
    expect(() => machine.run("touch", "/sysroot/ostree/x")).toThrow(/Read-only/);
    expect(await resolveImage(at)).toMatchObject({ digest: second });
    expect(await pullImage(at, { digest: second })).toBe("pulled");
    expect((await compareImage(at, { digest: second })).new).toMatchObject({ os: "x" });
    expect(await stageImage(at, { digest: second })).toMatchObject({ stage: "done" });
    expect(await dropImage(at)).toBe("done");
    expect(machine.run("ls", "/sysroot/ostree")).not.toContain("dcn-ha");
    expect(() => machine.run("touch", "/sysroot/ostree/x")).toThrow(/Read-only/);
  });

  test("ostree: an image in which its own tools cannot be asked is not taken for one that they approve of", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(OSTREE);
    await pullImage(at, { digest: second });
    machine.run(
      "sh",
      "-c",
      "mkdir -p /var/lib/pacemaker/cib && echo '<cib/>' >/var/lib/pacemaker/cib/cib.xml",
    );
    machine.write("stubs/mount", "#!/bin/sh\necho 'mount: not here' >&2\nexit 32\n", 0o755);
    const { crmVerify } = (await compareImage(at, { digest: second })).new;
    expect(crmVerify).toMatchObject({ exitCode: 1, said: expect.stringContaining("mount") as string });
  });

  test("ostree: another role's ref is followed from the boot on", async (context) => {
    needMachine(context);
    const { at, machine } = bench(OSTREE);
    const digest = machine.publish("2", "dcn/det/site-1");
    const source = "dcn/det/site-1";
    expect(await resolveImage(at, source)).toMatchObject({
      digest,
      source: "images:dcn/det/site-1",
      version: "2",
    });
    await pullImage(at, { digest, source });
    await stageImage(at, { digest, source });
    expect((await readImage(at)).origin).toBe("images:dcn/hmi/site-1");
    machine.reboot();
    expect((await readImage(at)).origin).toBe("images:dcn/det/site-1");
  });

  test("ostree: what was fetched outlives a clean-up of the repository, until it is dropped", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(OSTREE);
    await pullImage(at, { digest: second });
    machine.run("ostree", "admin", "cleanup");
    expect(await stageImage(at, { digest: second })).toMatchObject({ stage: "done" });
    await dropImage(at);
    expect(machine.run("ostree", "--repo=/sysroot/ostree/repo", "refs")).not.toContain("dcn-ha");
  });

  test("ostree: an image that was given up and still stands first makes room", async (context) => {
    needMachine(context);
    const one = bench(OSTREE);
    one.stageByHand(one.second);
    await denyImage(one.at, one.second, "fell back");
    const third = one.machine.publish("3");
    await pullImage(one.at, { digest: third });
    expect(await stageImage(one.at, { digest: third })).toMatchObject({ stage: "done" });
    expect((await orderOf(one)).next).toBe(third);
  });

  test("bootc: a rollback that somebody queued is taken back once, and never toggled twice", async (context) => {
    needMachine(context);
    const one = bench(BOOTC);
    await stageImage(one.at, { digest: one.second });
    one.machine.reboot();
    one.machine.run("/mnt/stubs/bootc", "rollback");
    expect((await readImage(one.at)).os).toMatchObject({ rollbackQueued: true });
    expect(await orderOf(one)).toMatchObject({ booted: one.second, next: one.first });
    const refused = { code: "IMAGE_STAGED_BY_OTHER" };
    await expect(stageImage(one.at, { digest: one.second })).rejects.toMatchObject(refused);
    expect(await dropImage(one.at, one.first)).toBe("done");
    expect(await dropImage(one.at, one.first)).toBe("nothing");
    expect(await orderOf(one)).toEqual({ booted: one.second, next: undefined, rollback: one.first });
  });

  test("bootc: what a rollback leads to is told to the node, also where that was booted and left", async (context) => {
    needMachine(context);
    const { at, machine, first, second } = bench(BOOTC);
    const others = async (): Promise<string[]> => {
      const stdin = "hello 1\n1look-image 0\nend 0\n";
      const command = { argv: HELPER_ARGV, stdin, timeoutMs: 60_000 };
      const { stdout } = await at.transport.exec(at.node, command);
      return [...stdout.matchAll(/^other=(.*)$/gm)].map(([, digest = ""]) => digest);
    };
    await stageImage(at, { digest: second });
    expect(await others()).toEqual([]);
    machine.reboot();
    expect(await others()).toEqual([first]);
    machine.run("/mnt/stubs/bootc", "rollback");
    machine.reboot();
    expect(await others()).toEqual([second]);
  });

  test("bootc: a switch that ends well and stages nothing is a failure", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(BOOTC);
    machine.write("bootc.lazy", "");
    await expect(stageImage(at, { digest: second })).rejects.toMatchObject({ code: "IMAGE_FAILED" });
  });

  test.for([
    ["bootc", BOOTC, "bootc.cut"],
    ["rpm-ostree", RPM_OSTREE, "rpm-ostree.cut"],
  ] as const)(
    "%s: half a status is unknown, and ostree does not step in",
    async ([, backend, file], context) => {
      needMachine(context);
      const { at, machine, second } = bench(backend);
      machine.write(file, "");
      expect(await readImage(at)).toMatchObject({ updater: backend.updater, os: undefined });
      await expect(stageImage(at, { digest: second })).rejects.toMatchObject({ code: "IMAGE_UNUSABLE" });
      expect(machine.read("run/ostree/staged-deployment")).toBeUndefined();
    },
  );

  test.for([RPM_OSTREE, CONTAINER])(
    "$name: what is staged boots by our word alone",
    async (backend, context) => {
      needMachine(context);
      const one = bench(backend);
      await pullImage(one.at, { digest: one.second });
      await stageImage(one.at, { digest: one.second });
      one.machine.reboot();
      expect(await orderOf(one)).toMatchObject({ booted: one.first, next: undefined });
      await stageImage(one.at, { digest: one.second });
      await rebootNode(one.at, { token: "0123abcd", expected: one.second });
      expect(one.machine.read("later.log")).toMatch(/-- rpm-ostree finalize-deployment [0-9a-f]{64}$/m);
      one.machine.reboot();
      expect((await orderOf(one)).booted).toBe(one.second);
    },
  );

  test("rpm-ostree: an agent that drives the updates is passed over only when told to", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(RPM_OSTREE);
    machine.write("rpm-ostree.driver", "Zincati");
    await pullImage(at, { digest: second });
    expect((await readImage(at)).os).toMatchObject({ driver: "Zincati" });
    const image = { digest: second };
    await expect(stageImage(at, image)).rejects.toMatchObject({ kind: "refused", code: "IMAGE_DRIVER" });
    expect(await stageImage(at, { ...image, bypassDriver: true })).toMatchObject({
      bypassedDriver: "Zincati",
    });
  });

  test("rpm-ostree: a node with packages of its own in its image is left alone", async (context) => {
    needMachine(context);
    const { at, machine, second } = bench(RPM_OSTREE);
    machine.write("rpm-ostree.layered", "");
    expect((await readImage(at)).os?.deployments[0]).toMatchObject({ incompatible: true });
    await pullImage(at, { digest: second });
    await expect(stageImage(at, { digest: second })).rejects.toMatchObject({ code: "IMAGE_LAYERED" });
  });

  test("rpm-ostree: another role's ref is rebased to", async (context) => {
    needMachine(context);
    const { at, machine } = bench(RPM_OSTREE);
    const image = { digest: machine.publish("2", "dcn/det/site-1"), source: "images:dcn/det/site-1" };
    await pullImage(at, image);
    expect(await stageImage(at, image)).toMatchObject({ stage: "done" });
  });
});

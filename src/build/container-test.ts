// What can be seen of an image that is a container without booting it: what is in it and what its own programs say (skopeo-copy(1), buildah-run(1)).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, type Workshop } from "./tool.js";

/** One thing that was looked at. */
export interface ContainerCheck {
  readonly what: string;
  readonly good: boolean;
  /** What was seen where it is not as it should be. */
  readonly said: string;
}

/** Which image it is supposed to be. */
export interface ContainerIdentity {
  /** In skopeo's words: `docker://registry.site:5000/plant:hmi-site-1`, `oci:DIR:TAG`. */
  readonly image: string;
  readonly version: string;
  readonly role: string;
  readonly site: string;
}

/** What it is called in a store of its own, which goes afterwards. */
const LOCAL = "localhost/dcn-ha-look:1";
const FOLDER = "/usr/lib/dcn-ha/image";

/** Each looks at the image's own files with its own shell; silence and exit code 0 are good. */
function looks({ version, role, site }: ContainerIdentity): readonly (readonly [string, string])[] {
  const fact = (name: string, value: string): string =>
    `grep -q '"${name}": "${value}"' ${FOLDER}/image.json || echo "no ${name} ${value}"`;
  return [
    [
      "it is the image of this role, site and version",
      [fact("version", version), fact("role", role), fact("site", site)].join("; "),
    ],
    [
      "the programs of a cluster are in it",
      'for one in corosync pacemakerd crm_verify cibadmin systemctl python3 podman; do command -v "$one" >/dev/null || echo "no $one"; done',
    ],
    [
      "its Pacemaker takes the configuration of each group",
      `for one in ${FOLDER}/groups/*/cib.xml; do [ -e "$one" ] || continue; crm_verify --xml-file "$one" >/dev/null 2>&1 || { [ $? -eq 78 ] || echo "$one"; }; done`,
    ],
    [
      "it has nothing of one device",
      'for one in /etc/corosync/corosync.conf /etc/corosync/authkey /etc/pacemaker/authkey /etc/ssh/ssh_host_*_key /etc/dcn-ha/secrets/*; do [ ! -s "$one" ] || echo "$one"; done; ! grep -q "[0-9a-f]" /etc/machine-id 2>/dev/null || echo /etc/machine-id',
    ],
    [
      "no cluster starts before first boot knows the node",
      'for one in /etc/systemd/system/*.wants/* /usr/lib/systemd/system/*.wants/*; do case "$one" in */corosync.service | */pacemaker.service | */sbd.service | */pcsd.service) echo "$one" ;; esac; done; [ -e /usr/lib/systemd/system/multi-user.target.wants/dcn-ha-first-boot.service ] || echo "dcn-ha-first-boot.service does not start"',
    ],
    [
      "its health checks are there",
      'for one in /usr/lib/greenboot/check/required.d/4[0-3]_dcn-ha_*.sh; do [ -x "$one" ] || echo "$one"; done',
    ],
    [
      "its units are in order",
      "command -v systemd-analyze >/dev/null || exit 0; mkdir -p /var/usrlocal/lib; [ -e /usr/local/lib/dcn-ha ] || ln -s /usr/lib/dcn-ha /usr/local/lib/dcn-ha; systemd-analyze verify --man=no dcn-ha-first-boot.service dcn-ha-gate.service dcn-ha-profile.service dcn-ha-profile.timer 2>&1 | grep dcn-ha",
    ],
  ];
}

/** Looks into the image. It is not booted: nothing is said about that. Throws as `runTool`. */
export async function lookIntoContainer(
  shop: Workshop,
  identity: ContainerIdentity,
): Promise<ContainerCheck[]> {
  const scratch = await mkdtemp(join(tmpdir(), "dcn-ha-look-"));
  const buildah = (purpose: string, words: readonly string[]) =>
    runTool(shop, {
      argv: ["buildah", "--root", join(scratch, "store"), "--runroot", join(scratch, "run"), ...words],
      purpose: `look into ${identity.image}: ${purpose}`,
      timeoutMs: 1_800_000,
    });
  try {
    const store = `containers-storage:[overlay@${join(scratch, "store")}+${join(scratch, "run")}]${LOCAL}`;
    await runTool(shop, {
      argv: ["skopeo", "copy", "--quiet", identity.image, store],
      purpose: `look into ${identity.image}: fetch`,
      timeoutMs: 1_800_000,
    });
    const name = (await buildah("unpack", ["from", "--quiet", "--pull-never", LOCAL])).stdout.trim();
    const checks: ContainerCheck[] = [];
    for (const [what, script] of looks(identity)) {
      const inside = ["run", "--isolation", "chroot", name, "--", "/bin/sh", "-c", `${script}; exit 0`];
      const { stdout, stderr } = await buildah(what, inside);
      const said = `${stdout}${stderr}`.trim();
      checks.push({ what, good: said === "", said });
    }
    return checks;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

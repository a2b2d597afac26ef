// Images whose nodes update themselves: the settings that sh reads, the units that start it, and neither where nobody asked for it.
import { expect, test } from "vitest";
import type { ImageFile } from "../../src/image/index.js";
import { graphOf, plant } from "./plant.js";

const UPDATES = `updates:
  autonomous: true
  channel: canary
  windows: [{ days: [sat, sun], from: "22:00", to: "05:00", zone: Europe/Berlin }, { from: "12:00", to: "12:30", zone: UTC }]
  downloadWindows: [{ from: "01:00", to: "04:00", zone: UTC }]
  soak: 10min
  deadlines: { reboot: 3min }
  force: [FEATURE_SET_RISES]
`;

async function configuration(text: string) {
  const set = await plant((all, file) =>
    file === "images/plant.yaml" ? all.replace("version: 1.0.0\n", `version: 1.0.0\n${text}`) : all,
  );
  const layer = (await graphOf(set)).layers.find(({ address }) => address === "configuration");
  if (layer === undefined) throw new Error("no layer");
  const find = (path: string): ImageFile | undefined => layer.files.find((file) => file.path === path);
  return { find, packages: layer.packages };
}

test("nodes update themselves where their set says so, and not otherwise", async () => {
  const { find, packages } = await configuration(UPDATES);
  expect(find("/usr/lib/dcn-ha/update.conf")).toMatchObject({
    content: expect.stringContaining(
      "channel=canary\nsoak=600\norder_wait=120\ndrain=600\nstage=900\nreboot=180\ngreen=1200\njoin=300\nwindow=67 22:00 05:00 Europe/Berlin\nwindow=* 12:00 12:30 UTC\ndownload=* 01:00 04:00 UTC\nforce=FEATURE_SET_RISES\n",
    ) as string,
  });
  expect(find("/etc/systemd/system/timers.target.wants/dcn-ha-update.timer")).toBeDefined();
  expect(find("/etc/systemd/system/paths.target.wants/dcn-ha-update.path")).toBeDefined();
  expect(packages).toContain("tzdata");
  for (const text of ["", "updates: { autonomous: false, soak: 5s }\n"]) {
    const other = await configuration(text);
    expect(other.find("/usr/lib/dcn-ha/update")).toBeDefined();
    expect(other.find("/usr/lib/dcn-ha/update.conf")).toBeUndefined();
    // What ends a turn that the image before began; without the settings it begins none.
    expect(other.find("/etc/systemd/system/timers.target.wants/dcn-ha-update.timer")).toBeDefined();
    expect(other.packages).not.toContain("tzdata");
  }
});

// Units that an image starts or never starts, as the links and presets that systemd reads (systemd.unit(5), systemd.preset(5)).
import { type ImageFile, textFile } from "./image-file.js";

const TARGETS: Readonly<Record<string, string>> = {
  service: "multi-user.target",
  socket: "sockets.target",
  timer: "timers.target",
  path: "paths.target",
  mount: "local-fs.target",
  target: "multi-user.target",
};
const SYSTEM = "/usr/lib/systemd/system";

/** Links that start units, links that mask them, and a preset that says the same to `systemctl preset`. */
export function unitFiles(
  name: string,
  { enable, mask }: { readonly enable: readonly string[]; readonly mask: readonly string[] },
): ImageFile[] {
  const wants = enable.map((unit) => ({
    path: `/etc/systemd/system/${targetOf(unit)}.wants/${unit}`,
    link: `${SYSTEM}/${unit.replace(/@[^.]*\./, "@.")}`,
  }));
  const masks = mask.map((unit) => ({ path: `/etc/systemd/system/${unit}`, link: "/dev/null" }));
  if (enable.length === 0) return masks;
  const preset = enable.map((unit) => `enable ${unit}\n`).join("");
  return [...wants, ...masks, textFile(`/usr/lib/systemd/system-preset/20-dcn-ha-${name}.preset`, preset)];
}

function targetOf(unit: string): string {
  return TARGETS[unit.slice(unit.lastIndexOf(".") + 1)] ?? "multi-user.target";
}

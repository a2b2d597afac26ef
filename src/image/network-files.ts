// Interfaces of a site's networks: systemd.network(5) for Debian, NetworkManager's keyfiles (nm-settings-keyfile(5)) elsewhere.
import type { ImageSite } from "../profile/index.js";
import { type ImageFile, textFile } from "./image-file.js";
import type { Family } from "./packages.js";

/** One file for each network that the site describes. */
export function networkFiles(networks: ImageSite["networks"], family: Family): ImageFile[] {
  return Object.entries(networks ?? {}).flatMap(([name, { interface: device, mtu, addresses = "dhcp" }]) => {
    if (addresses === "elsewhere") return [];
    if (family === "debian") {
      const link = mtu === undefined ? [] : ["[Link]", `MTUBytes=${mtu}`];
      const lines = ["[Match]", `Name=${device}`, ...link, "[Network]", "DHCP=yes"];
      return [textFile(`/etc/systemd/network/50-dcn-ha-${name}.network`, `${lines.join("\n")}\n`)];
    }
    const lines = [
      "[connection]",
      `id=dcn-ha-${name}`,
      "type=ethernet",
      ...(device.includes("*") ? [] : [`interface-name=${device}`]),
      ...(device.includes("*") ? ["[match]", `interface-name=${device}`] : []),
      ...(mtu === undefined ? [] : ["[ethernet]", `mtu=${mtu}`]),
      "[ipv4]",
      "method=auto",
      "[ipv6]",
      "method=auto",
    ];
    const path = `/usr/lib/NetworkManager/system-connections/dcn-ha-${name}.nmconnection`;
    return [textFile(path, `${lines.join("\n")}\n`, "0600")];
  });
}

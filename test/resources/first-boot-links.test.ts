import { afterEach, describe, expect, test } from "vitest";
import { have } from "../sandbox/requirements.js";
import { closeDevice, type Device, device } from "./device.js";

afterEach(closeDevice);
const tools = have("corosync", "crm_verify", "cibadmin");
const IMAGE = "usr/lib/dcn-ha/image/image.json";

const whole = (one: Device): Device =>
  one
    .addresses(
      "2: eth0    inet 10.1.0.11/24 scope global eth0",
      "3: eth1    inet 10.1.1.11/24 scope global eth1",
    )
    .tool("arping", "exit 0");
const cutAt = (one: Device, seconds: number): void => {
  for (const unit of ["pacemaker", "corosync"]) one.node.remove(`units/${unit}.service.active`);
  one.node.write("proc/uptime", `${seconds}.00 1.00\n`);
};
const saying = (text: string): object => ({ status: 75, said: expect.stringContaining(text) as string });

describe.skipIf(!tools)("the links of a device at its boot", () => {
  test.each<[string, (one: Device) => Device, string]>([
    [
      "a cable that is out",
      (one) => one.tool("arping", 'case "$*" in *eth1*) echo "Sent 2 probes"; exit 1 ;; esac'),
      "eth1 with the address 10.1.1.11 has no link",
    ],
    [
      "an address that its interface did not get",
      (one) => one.addresses("2: eth0    inet 10.1.0.11/24 scope global eth0"),
      "no interface has the address 10.1.1.11 of hmi-01",
    ],
  ])("a member with all links starts with one later, and not at once: %s", async (_, spoil, words) => {
    const one = spoil(await device());
    cutAt(one, 600);
    // It never was a member.
    expect(one.boot()).toMatchObject(saying(words));
    expect(whole(one).boot()).toMatchObject({ status: 0 });
    expect(one.started()).toBe(true);

    cutAt(spoil(one), 30);
    expect(one.boot()).toMatchObject(saying(words));
    cutAt(one, 90);
    const { status, said } = one.boot();
    expect([status, one.started(), one.banner()]).toEqual([0, true, undefined]);
    expect(said).toContain(`WARNING: the cluster starts without one of its links: ${words}`);
  });

  test("an image that does not drive a link, no link at all, and another device stay in the way", async () => {
    const one = whole(await device());
    expect(one.boot()).toMatchObject({ status: 0 });
    cutAt(one, 600);
    one.addresses("2: eth0    inet 10.1.0.11/24 scope global eth0");
    const image = one.node.read(IMAGE) ?? "";
    one.node.write(IMAGE, image.replace("1000", "1001"));
    expect(one.boot()).toMatchObject(saying("no interface has the address 10.1.1.11"));
    one.node.write(IMAGE, image);
    one.addresses();
    expect(one.boot()).toMatchObject(saying("no interface has the address 10.1.0.11"));
    one.addresses("2: eth0    inet 10.1.0.11/24 scope global eth0");
    one.tool("arping", 'echo "Unicast reply from 10.1.0.11 [02:00:00:00:00:07]  0.7ms"; exit 1');
    expect(one.boot()).toMatchObject(saying("is hmi-01 already"));
    expect(one.started()).toBe(false);
    one.tool("arping", "exit 0");
    expect(one.boot()).toMatchObject({ status: 0 });
  });

  test("looks up addresses that are names, and waits where one leads nowhere", async () => {
    const one = await device("hmi", (text) => text.replaceAll("10.1.1.11", "hmi-01.process.site"));
    one.tool("getent", "exit 2");
    expect(one.boot()).toMatchObject(saying("hmi-01.process.site of hmi-01: the name leads nowhere"));
    one.tool("getent", '[ "$2" = hmi-01.process.site ] && echo "10.1.1.11 STREAM hmi-01.process.site"');
    expect(one.boot()).toMatchObject({ status: 0 });
    expect(one.started()).toBe(true);
  });
});

// What dcn-ha-update on a node goes by: an image set's `updates` as lines that sh reads (resources/node/update, docs/rollouts.md).
import { type ImageUpdates, msOf, type RolloutWindow } from "../profile/index.js";
import { type ImageFile, textFile } from "./image-file.js";
import { unitFiles } from "./unit-files.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const UNITS = ["dcn-ha-update.timer", "dcn-ha-update.path"];

/**
 * The settings, and the links that start the units. Where a controller updates the nodes there are no settings, and the units end a turn
 * that an image before this one began, or do nothing.
 */
export function updateFiles(updates: ImageUpdates | undefined): ImageFile[] {
  const units = unitFiles("update", { enable: UNITS, mask: [] });
  return updates?.autonomous === true
    ? [textFile("/usr/lib/dcn-ha/update.conf", settings(updates)), ...units]
    : units;
}

function settings(updates: ImageUpdates): string {
  const { channel, windows = [], downloadWindows = [], force = [], deadlines = {} } = updates;
  const seconds = (key: string, value: string | undefined, otherwise: string): string =>
    `${key}=${Math.ceil(msOf(value, otherwise) / 1_000)}`;
  const { drain, stage, reboot, green, join } = deadlines;
  const lines = [
    "# Of the image set (dcn-ha image render); times in seconds, days from 1, which is Monday.",
    ...(channel === undefined ? [] : [`channel=${channel}`]),
    seconds("soak", updates.soak, "60s"),
    seconds("order_wait", updates.orderWait, "2min"),
    seconds("drain", drain, "10min"),
    seconds("stage", stage, "15min"),
    seconds("reboot", reboot, "10min"),
    seconds("green", green, "20min"),
    seconds("join", join, "5min"),
    ...windows.map((one) => `window=${windowText(one)}`),
    ...downloadWindows.map((one) => `download=${windowText(one)}`),
    ...(force.length === 0 ? [] : [`force=${force.join(" ")}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function windowText({ days, from, to, zone }: RolloutWindow): string {
  const numbers = days === undefined ? "*" : days.map((day) => DAYS.indexOf(day) + 1).join("");
  return `${numbers} ${from} ${to} ${zone}`;
}

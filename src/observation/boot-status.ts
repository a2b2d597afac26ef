// What greenboot says of the last boot (/run/motd.d/boot-status, /etc/motd.d/boot-status), and what our stand-in remembers.

/** Health of the last boot, and whether it is one after a fallback. */
export interface BootStatus {
  readonly health: "green" | "red" | "in progress" | "unknown";
  /** The deployment that was to be booted was given up, and this is the one before. */
  readonly fellBack: boolean;
  /** A red one that greenboot will not end by itself. */
  readonly needsHands: boolean;
}

/** Reads the words of both generations of greenboot; what is not known stays unknown. */
export function parseBootStatus(text: string): BootStatus {
  return {
    health: healthOf(text),
    fellBack: /FALLBACK BOOT DETECTED/.test(text),
    needsHands: /[Mm]anual intervention necessary/.test(text),
  };
}

function healthOf(text: string): BootStatus["health"] {
  if (/is in progress/i.test(text)) return "in progress";
  const found = [...text.matchAll(/status is (GREEN|RED)/gi)].at(-1)?.[1]?.toLowerCase();
  if (found === "red" || /SYSTEM is UNHEALTHY/.test(text)) return "red";
  return found === "green" ? "green" : "unknown";
}

/** In words: a node that fell back and is well is not simply green. */
export function bootStatusText({ health, fellBack, needsHands }: BootStatus): string {
  const words = fellBack
    ? health === "green"
      ? "rolled back, now green"
      : `rolled back, ${health}`
    : health;
  return needsHands ? `${words}, manual intervention necessary` : words;
}

/** What `/usr/lib/dcn-ha/greenboot status` remembers: deployments as CHECKSUM.SERIAL. */
export interface TrialRecord {
  readonly green?: string;
  readonly trial?: { readonly deployment: string; readonly boot: number };
  readonly rolledBack?: { readonly deployment: string; readonly check: string };
}

/** Reads it; lines that are not known are passed over. */
export function parseTrialRecord(text: string): TrialRecord {
  const line = (name: string): string[] =>
    text
      .split("\n")
      .find((one) => one.startsWith(`${name} `))
      ?.split(" ")
      .slice(1) ?? [];
  const [green] = line("green");
  const [trial, boot] = line("trial");
  const [rolledBack, check = "unknown"] = line("rolled-back");
  return {
    ...(green === undefined ? {} : { green }),
    ...(trial === undefined ? {} : { trial: { deployment: trial, boot: Number(boot ?? 0) } }),
    ...(rolledBack === undefined ? {} : { rolledBack: { deployment: rolledBack, check } }),
  };
}

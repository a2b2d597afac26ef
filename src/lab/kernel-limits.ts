// Limits of this machine's kernel that its labs share, since their machines have no kernel of their own (inotify(7), systemd-nspawn(1)).
import { readFile, writeFile } from "node:fs/promises";

const INOTIFY_INSTANCES = "/proc/sys/fs/inotify/max_user_instances";

/** A machine's systemd, udev, D-Bus and logins have about seven; the kernel's default of 128 is for all machines of all labs together. */
const ENOUGH = 1024;

/** Raises what would keep machines from booting where several labs are up: they end with 255 and no word. Says so where it may not. */
export async function raiseLimits(onProgress: (text: string) => void): Promise<void> {
  const now = Number(await readFile(INOTIFY_INSTANCES, "utf8").catch(() => ENOUGH));
  if (now >= ENOUGH) return;
  try {
    await writeFile(INOTIFY_INSTANCES, String(ENOUGH));
  } catch {
    onProgress(
      `fs.inotify.max_user_instances is ${now} and cannot be raised: more than some 15 machines will not boot`,
    );
  }
}

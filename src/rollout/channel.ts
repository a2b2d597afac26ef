// Which source a channel stands for on a node: the one that the node follows, under another channel (docs/images.md, "Channels").

/** The names that `image publish --channel` knows, in the order in which an image goes through them. */
const CHANNELS = ["canary", "stage", "stable"];

/** `lab:stable/dcn/hmi/site-1` under `canary` is `lab:canary/dcn/hmi/site-1`; of a container image the tag is the channel. Undefined where the origin says nothing. */
export function underChannel(origin: string | undefined, channel: string): string | undefined {
  if (origin === undefined || origin === "") return undefined;
  const ref = /^([A-Za-z0-9_-]+):([A-Za-z0-9._-]+)\/(.+)$/.exec(origin);
  if (ref !== null && !origin.includes(".")) {
    const [, remote = "", first = "", rest = ""] = ref;
    return CHANNELS.includes(first) || first === channel
      ? `${remote}:${channel}/${rest}`
      : `${remote}:${channel}/${first}/${rest}`;
  }
  const image = /^(.+?)(?::([A-Za-z0-9._-]+))?(?:@sha256:[0-9a-f]{64})?$/.exec(origin);
  return image?.[1] === undefined ? undefined : `${image[1]}:${channel}`;
}

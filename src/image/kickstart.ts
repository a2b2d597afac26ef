// The kickstart by which a device gets an image that image builder composed (pykickstart: ostreesetup; anaconda's boot options).

/** Where the device pulls its image from. */
export interface OstreeSource {
  readonly url: string;
  readonly remote: string;
  readonly ref: string;
}

const BODY = [
  "# Nobody is there: the whole disk is taken, the device starts its image, and first boot does the rest.",
  "text",
  "lang en_US.UTF-8",
  "keyboard us",
  "timezone UTC --utc",
  "zerombr",
  "clearpart --all --initlabel",
  "autopart --type=plain --nohome",
  "network --bootproto=dhcp --activate",
  "rootpw --lock",
  "reboot --eject",
  "%post --erroronfail",
  "# Which node this is may stand on the installer's command line, as dcn-ha.node=NAME.",
  "node=$(sed -n 's/.*dcn-ha\\.node=\\([A-Za-z0-9._-]*\\).*/\\1/p' /proc/cmdline)",
  'if [ -n "$node" ]; then printf \'%s\\n\' "$node" >/etc/hostname; fi',
  "# Secrets come from a medium labelled DCN-HA, from here, or from FDO; none of them is in this file.",
  "install -d -m 0700 /etc/dcn-ha/provision",
  "%end",
];

/** The part that an installer's blueprint embeds: it brings its own ostreesetup. */
export function embeddedKickstart(): string {
  return `${BODY.join("\n")}\n`;
}

/** A whole kickstart, to be named on the command line of an installer (`inst.ks=`). */
export function kickstart({ url, remote, ref }: OstreeSource): string {
  const setup = [
    "# --nogpg: the installer has no keys, and notes gpg-verify=false for this remote for good. To have later images verified too, have",
    "# %post import the keys (ostree remote gpg-import) and set gpg-verify=true in /etc/ostree/remotes.d.",
    `ostreesetup --nogpg --osname=dcn --remote=${remote} --url=${url} --ref=${ref}`,
  ];
  return `${[...setup, ...BODY].join("\n")}\n`;
}

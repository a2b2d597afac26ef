// Where a node's sshd is, who we are to it, and which key proves that it is the node.

/** A node as SSH reaches it. */
export interface SshTarget {
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Whole keys, "ssh-ed25519 AAAA…"; the node must prove one of them before we log in. */
  readonly hostKeys: readonly string[];
  /** Path of a private key without passphrase. */
  readonly identityFile?: string;
  /** Path of a private key that is tried last, where it is there and needs no passphrase. */
  readonly fallbackIdentityFile?: string;
  /** A private key itself, in OpenSSH's or PEM form. */
  readonly privateKey?: string;
  /** Socket of an agent that holds the key; it is asked to sign, and never forwarded. */
  readonly agentSocket?: string;
}

/** Limits of SSH connections. */
export interface SshOptions {
  /** From the first packet to the finished login; default 10 000. */
  readonly readyTimeoutMs?: number;
  /** Default 5 000. A connection that leaves `keepaliveCountMax` of them unanswered is lost. */
  readonly keepaliveIntervalMs?: number;
  /** Default 3. */
  readonly keepaliveCountMax?: number;
  /** Commands at once on one connection, the others wait; default 8, below sshd's MaxSessions of 10. Shrinks by itself where a node allows fewer. */
  readonly maxSessions?: number;
  /** Time between TERM and KILL for a command that must go; default 1 000. */
  readonly killGraceMs?: number;
}

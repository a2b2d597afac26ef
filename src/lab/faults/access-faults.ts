// Faults of the way that a controller takes to a node: its SSH port cut, its sshd stopped, talkative, greedy or with another key.
import { connect } from "node:net";
import { addressOf } from "../spec.js";
import { type FaultKind, type FaultScene, nodeArgument, withoutEffect, wordArgument } from "./fault.js";
import { addRules } from "./network-faults.js";
import { runFault } from "./script.js";

const sshModes = ["stopped", "chatty", "one-at-a-time", "other-key"] as const;

/** The first line that a port says, or nothing within a second and a half. */
function banner(address: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1_500 });
    const end = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.once("data", (data) => end(data.toString("latin1")));
    for (const event of ["error", "timeout", "close"] as const) socket.once(event, () => end(""));
  });
}

async function cutSsh(scene: FaultScene, name: string | undefined): Promise<string> {
  const node = nodeArgument(scene, name);
  await addRules(scene.spec, node, ['in iifname "mgmt" tcp dport 22 drop']);
  const said = await banner(addressOf(scene.spec, 0, node.host));
  if (said !== "") throw withoutEffect("cut-ssh", `its port 22 still says “${said.trim()}”`);
  return `${node.name}: its SSH port does not answer`;
}

/** Whoever is logged in already has to log in anew: a connection that stands knows nothing of the fault. */
const LOG_IN_ANEW = `main=$(systemctl show -p MainPID --value ssh.service)
for one in $(pgrep -x 'sshd|sshd-session'); do [ "$one" = "$main" ] || kill "$one" 2>/dev/null; done`;

const SSHD: Readonly<Record<(typeof sshModes)[number], string>> = {
  stopped: `undo sshd <<END
pkill -CONT -x sshd
END
pkill -STOP -x sshd || exit 1
state=$(ps -o stat= -p "$(pgrep -o -x sshd)" | cut -c1)
[ "$state" = T ] || { echo "its state is $state" >&2; exit 9; }
echo 'its sshd stands still'`,
  // As much as SSH allows in one packet (RFC 4253, 6.1).
  chatty: `undo sshd <<END
rm -f /etc/profile.d/dcn-ha-lab.sh /etc/ssh/sshd_config.d/00-dcn-ha-lab.conf
rm -f /var/lib/dcn-ha-lab-banner /etc/bash.bashrc.d/dcn-ha-lab.sh
systemctl reload ssh.service
END
{ i=0; while [ $i -lt 500 ]; do echo 'Property of the plant. Do not touch. ----------------------------'; i=$((i + 1)); done; } >/var/lib/dcn-ha-lab-banner
echo 'echo "Welcome to line 7"; echo garbage >&2' >/etc/profile.d/dcn-ha-lab.sh
printf 'Banner /var/lib/dcn-ha-lab-banner\\n' >/etc/ssh/sshd_config.d/00-dcn-ha-lab.conf
systemctl reload ssh.service || exit 1
sshd -T 2>/dev/null | grep -q 'banner /var/lib/dcn-ha-lab-banner' || { echo 'sshd does not have the banner' >&2; exit 9; }
${LOG_IN_ANEW}
echo "its sshd says $(wc -c </var/lib/dcn-ha-lab-banner) bytes before each login"`,
  "one-at-a-time": `undo sshd <<END
rm -f /etc/ssh/sshd_config.d/99-dcn-ha-lab.conf
systemctl reload ssh.service
END
# Of several MaxStartups the last one counts, other than for the rest of sshd_config(5).
printf 'MaxStartups 1\\nMaxSessions 1\\n' >/etc/ssh/sshd_config.d/99-dcn-ha-lab.conf
systemctl reload ssh.service || exit 1
sshd -T 2>/dev/null | grep -q 'maxstartups 1:' || { echo 'sshd lets more in' >&2; exit 9; }
${LOG_IN_ANEW}
echo 'its sshd takes one login at a time'`,
  "other-key": `undo sshd <<END
mv -f /etc/ssh/dcn-ha-lab-key /etc/ssh/ssh_host_ed25519_key
mv -f /etc/ssh/dcn-ha-lab-key.pub /etc/ssh/ssh_host_ed25519_key.pub
systemctl restart ssh.service
END
cp -p /etc/ssh/ssh_host_ed25519_key /etc/ssh/dcn-ha-lab-key && cp -p /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/dcn-ha-lab-key.pub || exit 1
rm -f /etc/ssh/ssh_host_ed25519_key
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh.service || exit 1
cmp -s /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/dcn-ha-lab-key.pub && { echo 'the key is the same' >&2; exit 9; }
${LOG_IN_ANEW}
echo 'its sshd has another host key'`,
};

/** Faults of SSH, which the cluster does not need. */
export const accessFaults: readonly FaultKind[] = [
  {
    name: "cut-ssh",
    usage: "NODE",
    summary: "lets nobody reach a node's sshd; the cluster networks stay",
    inject: (scene, args) => cutSsh(scene, args[0]),
  },
  {
    name: "sshd",
    usage: "NODE MODE",
    summary: `lets a node's sshd misbehave: ${sshModes.join(", ")}`,
    inject: (scene, args) => {
      const node = nodeArgument(scene, args[0]);
      const mode = wordArgument(sshModes, "way of an sshd", args[1]);
      return runFault(scene, node.name, { name: "sshd", script: SSHD[mode] });
    },
  },
];

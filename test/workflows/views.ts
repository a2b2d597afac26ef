// What a node says of its cluster, as the helper brings it.
const QUORATE = "Quorum information\n------------------\nQuorate:          Yes\n";

type States = Readonly<Record<string, string>>;
const STATES: States = {
  online: 'online="true" pending="false" unclean="false"',
  offline: 'online="false" pending="false" unclean="false"',
  pending: 'online="true" pending="true" unclean="false"',
  unclean: 'online="true" pending="false" unclean="true"',
};

/** What crm_mon says; without a DC it is the view of a node that the cluster has not taken in yet. */
export function crmMon(states: States, dc: string | undefined): string {
  const leader = dc === undefined ? 'present="false"' : `present="true" name="${dc}" with_quorum="true"`;
  const nodes = Object.entries(states).map(
    ([name, state]) => `<node name="${name}" ${STATES[state] ?? ""}/>`,
  );
  const running = '<node name="dcn1" id="1" cached="true"/>';
  const plc = `<resource id="plc" resource_agent="ocf:pacemaker:Dummy" role="Started" active="true" failed="false">${running}</resource>`;
  return `<pacemaker-result><summary><current_dc ${leader}/></summary><nodes>${nodes.join("")}</nodes><resources>${plc}</resources><status code="0"/></pacemaker-result>`;
}

/** The helper's answer to what `observeView` asks. */
export function answers(mon: string): string {
  const frames = [
    ["hello", "dcn-ha helper 1\n"],
    ["status-cluster", mon],
    ["status-quorum", QUORATE],
    ["status-links", ""],
    ["end", ""],
  ] as const;
  return frames.map(([verb, out]) => `${verb} 0 ${Buffer.byteLength(out)} 0\n${out}`).join("");
}

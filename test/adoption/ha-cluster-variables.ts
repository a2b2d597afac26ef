// Variables of ha_cluster with every shape that the role knows, and the commands of pcs that the role makes of them (its tasks/shell_pcs).

/** What the role is told. */
export const VARIABLES = `ha_cluster_cluster_name: line-4
ha_cluster_hacluster_password: never-shown
ha_cluster_node_options:
  - node_name: n1
    pcs_address: 10.9.0.1
    corosync_addresses: [10.1.0.1, 10.2.0.1]
    attributes: [{ attrs: [{ name: rack, value: a }] }, { attrs: [{ name: floor, value: 1 }] }]
    utilization: [{ attrs: [{ name: cpu, value: 4 }] }]
    sbd_watchdog: /dev/watchdog1
    sbd_devices: [/dev/disk/by-id/a]
  - { node_name: n2, corosync_addresses: [10.1.0.2, 10.2.0.2], attributes: [{ attrs: [{ name: rack, value: b }] }] }
ha_cluster_transport:
  type: knet
  options: [{ name: link_mode, value: active }]
  links:
    - [{ name: link_priority, value: 10 }]
    - [{ name: link_priority, value: 20 }]
  crypto: [{ name: cipher, value: aes128 }, { name: hash, value: sha512 }]
ha_cluster_totem: { options: [{ name: token, value: 5000 }, { name: consensus, value: 6000 }] }
ha_cluster_quorum:
  options: [{ name: wait_for_all, value: 1 }]
ha_cluster_sbd_enabled: true
ha_cluster_sbd_options: [{ name: watchdog-timeout, value: 10 }, { name: startmode, value: clean }]
ha_cluster_cluster_properties:
  - attrs: [{ name: stonith-enabled, value: true }, { name: no-quorum-policy, value: freeze }]
ha_cluster_resource_primitives:
  - id: fence1
    agent: stonith:fence_xvm
    instance_attrs: [{ attrs: [{ name: pcmk_host_list, value: "n1 n2" }] }]
  - id: app
    agent: ocf:pacemaker:Stateful
    copy_operations_from_agent: false
    instance_attrs: [{ attrs: [{ name: envfile, value: "a b" }] }, { attrs: [{ name: envfile, value: c }] }]
    meta_attrs: [{ attrs: [{ name: resource-stickiness, value: 1 }] }]
    operations:
      - { action: monitor, attrs: [{ name: interval, value: 30s }, { name: timeout, value: 20s }, { name: OCF_CHECK_LEVEL, value: 10 }] }
    utilization: [{ attrs: [{ name: cpu, value: 1 }] }]
  - { id: db, agent: "ocf:pacemaker:Dummy", copy_operations_from_agent: false, operations: [{ action: monitor, attrs: [{ name: interval, value: 10s }] }] }
  - { id: web, agent: "ocf:pacemaker:Dummy", copy_operations_from_agent: false, operations: [{ action: monitor, attrs: [{ name: interval, value: 10s }] }] }
  - { id: boxed, agent: "ocf:pacemaker:Dummy", copy_operations_from_agent: false, operations: [{ action: monitor, attrs: [{ name: interval, value: 10s }] }] }
ha_cluster_resource_groups: [{ id: front, resource_ids: [db, web], meta_attrs: [{ attrs: [{ name: priority, value: 3 }] }] }]
ha_cluster_resource_clones: [{ resource_id: app, promotable: true, id: led, meta_attrs: [{ attrs: [{ name: promoted-max, value: 1 }] }] }]
ha_cluster_resource_bundles:
  - id: box
    resource_id: boxed
    container: { type: podman, options: [{ name: image, value: "site/box:1" }, { name: replicas, value: 2 }] }
    network_options: [{ name: control-port, value: 3121 }, { name: ip-range-start, value: 10.1.0.60 }]
    port_map: [[{ name: port, value: 80 }], [{ name: range, value: 8000-8010 }]]
    storage_map:
      - [{ name: source-dir, value: /srv/box }, { name: target-dir, value: /box }, { name: options, value: "ro" }]
      - [{ name: source-dir-root, value: /var/log/box }, { name: target-dir, value: /log }]
    meta_attrs: [{ attrs: [{ name: target-role, value: Started }] }]
ha_cluster_resource_defaults:
  meta_attrs:
    - { attrs: [{ name: priority, value: 1 }] }
    - id: stand-ins
      rule: resource ::Dummy or (resource ocf:pacemaker:Stateful and date-spec hours=9-16 weekdays=1-5)
      score: 5
      attrs: [{ name: resource-stickiness, value: 10 }]
ha_cluster_resource_operation_defaults:
  meta_attrs:
    - rule: op monitor interval=10s
      attrs: [{ name: timeout, value: 60s }]
ha_cluster_stonith_levels:
  - { level: 1, target: n1, resource_ids: [fence1] }
  - { level: 1, target_pattern: "n[0-9]", resource_ids: [fence1] }
  - { level: 2, target_attribute: rack, target_value: b, resource_ids: [fence1] }
ha_cluster_constraints_location:
  - { resource: { id: front }, node: n1, options: [{ name: score, value: 50 }] }
  - { resource: { pattern: "f.*" }, node: n2, id: pat, options: [{ name: score, value: -5 }, { name: resource-discovery, value: never }] }
  - resource: { id: led, role: Promoted }
    rule: rack eq a and (date gt 2026-01-01 or defined floor) and cpu gte integer 4
    options: [{ name: score, value: 500 }]
  - { resource: { pattern: "b.*" }, rule: "date in_range 2026-01-01 to duration months=3", id: spring }
  - { resource: { id: box }, rule: not_defined rack, options: [{ name: score, value: -INFINITY }, { name: resource-discovery, value: exclusive }] }
ha_cluster_constraints_colocation:
  - resource_sets:
      - { resource_ids: [front, box], options: [{ name: sequential, value: false }] }
      - { resource_ids: [led], options: [{ name: role, value: promoted }] }
    options: [{ name: score, value: 20 }]
  - { resource_follower: { id: front }, resource_leader: { id: led, role: Promoted } }
  - { resource_follower: { id: box }, resource_leader: { id: front }, id: apart, options: [{ name: score, value: -100 }] }
ha_cluster_constraints_order:
  - { resource_first: { id: led, action: promote }, resource_then: { id: front } }
  - { resource_first: { id: front }, resource_then: { id: box, action: start }, options: [{ name: kind, value: Optional }, { name: symmetrical, value: false }] }
  - resource_sets: [{ resource_ids: [box, front], options: [{ name: require-all, value: false }, { name: sequential, value: false }] }, { resource_ids: [led] }]
    id: chain
    options: [{ name: kind, value: Optional }]
ha_cluster_constraints_ticket:
  - { resource: { id: front }, ticket: site-a, options: [{ name: loss-policy, value: stop }] }
  - { resource: { id: led, role: Promoted }, ticket: site-a, options: [{ name: loss-policy, value: demote }] }
  - { resource_sets: [{ resource_ids: [box] }], ticket: site-b, id: boxes, options: [{ name: loss-policy, value: freeze }] }
ha_cluster_acls:
  acl_roles:
    - id: operator
      description: may look, and may move
      permissions: [{ kind: read, xpath: /cib }, { kind: write, reference: front }, { kind: read, reference: led }]
    - { id: nothing }
  acl_users: [{ id: kim, roles: [operator] }]
  acl_groups: [{ id: staff, roles: [operator, nothing] }]
ha_cluster_alerts:
  - id: mail
    path: /usr/local/bin/mail
    description: tells people
    instance_attrs: [{ attrs: [{ name: from, value: cluster }] }]
    meta_attrs: [{ attrs: [{ name: timeout, value: 15s }] }]
    recipients:
      - { value: kim@example.com, id: kim-mail, description: Kim, meta_attrs: [{ attrs: [{ name: timeout, value: 5s }] }] }
      - { value: lee@example.com, instance_attrs: [{ attrs: [{ name: tone, value: loud }] }] }
ha_cluster_typo: 1
`;

/** The same by hand: arguments behind `pcs -f CIB --`. */
export const BY_PCS: readonly string[] = [
  "property set stonith-enabled=true no-quorum-policy=freeze",
  "node attribute n1 rack=a floor=1",
  "node attribute n2 rack=b",
  "node utilization n1 cpu=4",
  "resource defaults set create meta priority=1",
  "resource defaults set create id=stand-ins score=5 meta resource-stickiness=10 rule 'resource ::Dummy or (resource ocf:pacemaker:Stateful and date-spec hours=9-16 weekdays=1-5)'",
  "resource op defaults set create meta timeout=60s rule 'op monitor interval=10s'",
  "resource bundle create box container podman image=site/box:1 replicas=2 network control-port=3121 ip-range-start=10.1.0.60 " +
    "port-map port=80 port-map range=8000-8010 storage-map source-dir=/srv/box target-dir=/box options=ro " +
    "storage-map source-dir-root=/var/log/box target-dir=/log meta target-role=Started",
  "stonith create fence1 fence_xvm 'pcmk_host_list=n1 n2'",
  "resource create app ocf:pacemaker:Stateful 'envfile=a b' meta resource-stickiness=1 op monitor interval=30s timeout=20s OCF_CHECK_LEVEL=10 --no-default-ops",
  "resource utilization app cpu=1",
  "resource create db ocf:pacemaker:Dummy op monitor interval=10s --no-default-ops",
  "resource create web ocf:pacemaker:Dummy op monitor interval=10s --no-default-ops",
  "resource create boxed ocf:pacemaker:Dummy op monitor interval=10s bundle box --no-default-ops",
  "resource group add front db web",
  "resource meta front priority=3",
  "resource promotable app led promoted-max=1",
  "stonith level add 1 n1 fence1",
  "stonith level add 1 'regexp%n[0-9]' fence1",
  "stonith level add 2 attrib%rack=b fence1",
  "constraint location front prefers n1=50",
  "constraint location add pat 'regexp%f.*' n2 -5 resource-discovery=never",
  "constraint location led rule role=promoted score=500 rack eq a and '(' date gt 2026-01-01 or defined floor ')' and cpu gte integer 4",
  "constraint location 'regexp%b.*' rule constraint-id=spring date in_range 2026-01-01 to duration months=3",
  "constraint location box rule score=-INFINITY resource-discovery=exclusive not_defined rack",
  "constraint colocation add front with promoted led INFINITY",
  "constraint colocation add box with front -100 id=apart",
  "constraint colocation set front box sequential=false set led role=Promoted setoptions score=20",
  "constraint order promote led then front",
  "constraint order front then start box kind=Optional symmetrical=false",
  "constraint order set box front require-all=false sequential=false set led setoptions id=chain kind=Optional",
  "constraint ticket add site-a front loss-policy=stop",
  "constraint ticket add site-a promoted led loss-policy=demote",
  "constraint ticket set box setoptions ticket=site-b id=boxes loss-policy=freeze",
  "acl role create operator 'description=may look, and may move' read xpath /cib write id front read id led",
  "acl role create nothing",
  "acl user create kim operator",
  "acl group create staff operator nothing",
  "alert create path=/usr/local/bin/mail id=mail 'description=tells people' options from=cluster meta timeout=15s",
  "alert recipient add mail value=kim@example.com id=kim-mail description=Kim meta timeout=5s",
  "alert recipient add mail value=lee@example.com options tone=loud",
];

#!/bin/sh
# Forms the cluster three-cabinets with pcs.
# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them
#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files
# Every node needs before:
#   the agent ocf:dcn-ha:network-reach: /usr/lib/ocf/resource.d/dcn-ha/network-reach
#   the alert /usr/local/lib/dcn-ha/alert
#   /etc/dcn-ha/secrets/bmc-cab-a, for root alone: the secret bmc/cab-a
#   /etc/dcn-ha/secrets/pdu-cab-a, for root alone: the secret pdu/cab-a
#   /etc/dcn-ha/secrets/pdu-cab-a-privacy, for root alone: the secret pdu/cab-a-privacy
#   /etc/dcn-ha/secrets/bmc-cab-b, for root alone: the secret bmc/cab-b
#   /etc/dcn-ha/secrets/pdu-cab-b, for root alone: the secret pdu/cab-b
#   /etc/dcn-ha/secrets/pdu-cab-b-privacy, for root alone: the secret pdu/cab-b-privacy
#   /etc/dcn-ha/secrets/bmc-cab-c, for root alone: the secret bmc/cab-c
#   /etc/dcn-ha/secrets/pdu-cab-c, for root alone: the secret pdu/cab-c
#   /etc/dcn-ha/secrets/pdu-cab-c-privacy, for root alone: the secret pdu/cab-c-privacy
#   /usr/local/lib/dcn-ha/fence-secret, which reads the secrets (docs/pcs.md)
set -eu
export LC_ALL=C.UTF-8
case $# in
  0) live=yes conf=/etc/corosync/corosync.conf ;;
  2) live=no conf=$1 cib=$2 ;;
  *) echo "usage: sh pcs.sh [COROSYNC_CONF CIB]" >&2; exit 64 ;;
esac

# pcs on corosync.conf: asks all nodes, or with two file names none.
form() {
  if [ "$live" = yes ]; then pcs "$@"; else pcs --corosync_conf "$conf" "$@"; fi
}
# One section of corosync.conf, from standard input in place of what pcs wrote.
section() {
  sed "/^$1 {\$/,/^}\$/d" "$conf" >"$conf.new"
  cat >>"$conf.new"
  cat "$conf.new" >"$conf"
  rm "$conf.new"
}
# XML from standard input, merged into a file with a CIB.
merge() {
  CIB_file=${1-$cib} cibadmin --modify --allow-create --scope configuration --xml-pipe
}

# The whole configuration in a file: what pcs does not take ends the script before anything is formed.
if [ "$live" = yes ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  cib=$work/cib.xml
fi
cibadmin --empty >"$cib"

# cib-bootstrap-options
pcs -f "$cib" --force -- property set stonith-enabled=true stonith-action=reboot startup-fencing=true concurrent-fencing=true load-threshold=10000% no-quorum-policy=stop cluster-recheck-interval=5min start-failure-is-fatal=false pe-input-series-max=200 pe-warn-series-max=100 pe-error-series-max=100 dc-deadtime=3s
# dcn-ha: pcs writes properties into cib-bootstrap-options only
printf '%s\n' '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="cib-bootstrap-options-cluster-recheck-inte cib-bootstrap-options-concurrent-fencing cib-bootstrap-options-dc-deadtime cib-bootstrap-options-load-threshold cib-bootstrap-options-no-quorum-policy cib-bootstrap-options-pe-error-series-max cib-bootstrap-options-pe-input-series-max cib-bootstrap-options-pe-warn-series-max cib-bootstrap-options-start-failure-is-fat cib-bootstrap-options-startup-fencing cib-bootstrap-options-stonith-action cib-bootstrap-options-stonith-enabled colocation-standby-control-soft-control--1000 dcn-ha-alert fence-cab-a fence-cab-a-instance_attributes fence-cab-a-instance_attributes-disable_timeout fence-cab-a-instance_attributes-ip fence-cab-a-instance_attributes-login_timeout fence-cab-a-instance_attributes-password_script fence-cab-a-instance_attributes-pcmk_host_list fence-cab-a-instance_attributes-power_timeout fence-cab-a-instance_attributes-shell_timeout fence-cab-a-instance_attributes-username fence-cab-a-meta_attributes fence-cab-a-meta_attributes-failure-timeout fence-cab-a-monitor-interval-60s fence-cab-a-pdu fence-cab-a-pdu-instance_attributes fence-cab-a-pdu-instance_attributes-ip fence-cab-a-pdu-instance_attributes-password_script fence-cab-a-pdu-instance_attributes-pcmk_host_map fence-cab-a-pdu-instance_attributes-snmp_auth_prot fence-cab-a-pdu-instance_attributes-snmp_priv_passwd_script fence-cab-a-pdu-instance_attributes-snmp_priv_prot fence-cab-a-pdu-instance_attributes-snmp_sec_level fence-cab-a-pdu-instance_attributes-snmp_version fence-cab-a-pdu-instance_attributes-username fence-cab-a-pdu-meta_attributes fence-cab-a-pdu-meta_attributes-failure-timeout fence-cab-a-pdu-monitor-interval-60s fence-cab-a-pdu2 fence-cab-a-pdu2-instance_attributes fence-cab-a-pdu2-instance_attributes-ip fence-cab-a-pdu2-instance_attributes-password_script fence-cab-a-pdu2-instance_attributes-pcmk_host_map fence-cab-a-pdu2-instance_attributes-snmp_auth_prot fence-cab-a-pdu2-instance_attributes-snmp_priv_passwd_script fence-cab-a-pdu2-instance_attributes-snmp_priv_prot fence-cab-a-pdu2-instance_attributes-snmp_sec_level fence-cab-a-pdu2-instance_attributes-snmp_version fence-cab-a-pdu2-instance_attributes-username fence-cab-a-pdu2-meta_attributes fence-cab-a-pdu2-meta_attributes-failure-timeout fence-cab-a-pdu2-monitor-interval-60s fence-cab-b fence-cab-b-instance_attributes fence-cab-b-instance_attributes-disable_timeout fence-cab-b-instance_attributes-ip fence-cab-b-instance_attributes-login_timeout fence-cab-b-instance_attributes-password_script fence-cab-b-instance_attributes-pcmk_host_list fence-cab-b-instance_attributes-power_timeout fence-cab-b-instance_attributes-shell_timeout fence-cab-b-instance_attributes-username fence-cab-b-meta_attributes fence-cab-b-meta_attributes-failure-timeout fence-cab-b-monitor-interval-60s fence-cab-b-pdu fence-cab-b-pdu-instance_attributes fence-cab-b-pdu-instance_attributes-ip fence-cab-b-pdu-instance_attributes-password_script fence-cab-b-pdu-instance_attributes-pcmk_host_map fence-cab-b-pdu-instance_attributes-snmp_auth_prot fence-cab-b-pdu-instance_attributes-snmp_priv_passwd_script fence-cab-b-pdu-instance_attributes-snmp_priv_prot fence-cab-b-pdu-instance_attributes-snmp_sec_level fence-cab-b-pdu-instance_attributes-snmp_version fence-cab-b-pdu-instance_attributes-username fence-cab-b-pdu-meta_attributes fence-cab-b-pdu-meta_attributes-failure-timeout fence-cab-b-pdu-monitor-interval-60s fence-cab-b-pdu2 fence-cab-b-pdu2-instance_attributes fence-cab-b-pdu2-instance_attributes-ip fence-cab-b-pdu2-instance_attributes-password_script fence-cab-b-pdu2-instance_attributes-pcmk_host_map fence-cab-b-pdu2-instance_attributes-snmp_auth_prot fence-cab-b-pdu2-instance_attributes-snmp_priv_passwd_script fence-cab-b-pdu2-instance_attributes-snmp_priv_prot fence-cab-b-pdu2-instance_attributes-snmp_sec_level fence-cab-b-pdu2-instance_attributes-snmp_version fence-cab-b-pdu2-instance_attributes-username fence-cab-b-pdu2-meta_attributes fence-cab-b-pdu2-meta_attributes-failure-timeout fence-cab-b-pdu2-monitor-interval-60s fence-cab-c fence-cab-c-instance_attributes fence-cab-c-instance_attributes-disable_timeout fence-cab-c-instance_attributes-ip fence-cab-c-instance_attributes-login_timeout fence-cab-c-instance_attributes-password_script fence-cab-c-instance_attributes-pcmk_host_list fence-cab-c-instance_attributes-power_timeout fence-cab-c-instance_attributes-shell_timeout fence-cab-c-instance_attributes-username fence-cab-c-meta_attributes fence-cab-c-meta_attributes-failure-timeout fence-cab-c-monitor-interval-60s fence-cab-c-pdu fence-cab-c-pdu-instance_attributes fence-cab-c-pdu-instance_attributes-ip fence-cab-c-pdu-instance_attributes-password_script fence-cab-c-pdu-instance_attributes-pcmk_host_map fence-cab-c-pdu-instance_attributes-snmp_auth_prot fence-cab-c-pdu-instance_attributes-snmp_priv_passwd_script fence-cab-c-pdu-instance_attributes-snmp_priv_prot fence-cab-c-pdu-instance_attributes-snmp_sec_level fence-cab-c-pdu-instance_attributes-snmp_version fence-cab-c-pdu-instance_attributes-username fence-cab-c-pdu-meta_attributes fence-cab-c-pdu-meta_attributes-failure-timeout fence-cab-c-pdu-monitor-interval-60s fence-cab-c-pdu2 fence-cab-c-pdu2-instance_attributes fence-cab-c-pdu2-instance_attributes-ip fence-cab-c-pdu2-instance_attributes-password_script fence-cab-c-pdu2-instance_attributes-pcmk_host_map fence-cab-c-pdu2-instance_attributes-snmp_auth_prot fence-cab-c-pdu2-instance_attributes-snmp_priv_passwd_script fence-cab-c-pdu2-instance_attributes-snmp_priv_prot fence-cab-c-pdu2-instance_attributes-snmp_sec_level fence-cab-c-pdu2-instance_attributes-snmp_version fence-cab-c-pdu2-instance_attributes-username fence-cab-c-pdu2-meta_attributes fence-cab-c-pdu2-meta_attributes-failure-timeout fence-cab-c-pdu2-monitor-interval-60s fl-cab-a-1 fl-cab-a-2 fl-cab-b-1 fl-cab-b-2 fl-cab-c-1 fl-cab-c-2 historian historian-monitor-interval-10s historian-start-interval-0s historian-stop-interval-0s location-fence-cab-a-cab-a--INFINITY location-fence-cab-a-pdu-cab-a--INFINITY location-fence-cab-a-pdu2-cab-a--INFINITY location-fence-cab-b-cab-b--INFINITY location-fence-cab-b-pdu-cab-b--INFINITY location-fence-cab-b-pdu2-cab-b--INFINITY location-fence-cab-c-cab-c--INFINITY location-fence-cab-c-pdu-cab-c--INFINITY location-fence-cab-c-pdu2-cab-c--INFINITY location-soft-control location-soft-control-cab-a-100 location-soft-control-rule location-soft-control-rule-expr location-soft-control-rule-expr-1 network-process network-process-clone network-process-clone-meta_attributes network-process-clone-meta_attributes-interleave network-process-instance_attributes network-process-instance_attributes-attribute network-process-instance_attributes-peers network-process-meta_attributes network-process-meta_attributes-failure-timeout network-process-meta_attributes-migration-threshold network-process-monitor-interval-1s network-process-start-interval-0s network-process-stop-interval-0s nodes-1 nodes-1-cabinet nodes-2 nodes-2-cabinet nodes-3 nodes-3-cabinet op_defaults-meta_attributes op_defaults-meta_attributes-timeout rsc_defaults-meta_attributes rsc_defaults-meta_attributes-failure-timeout rsc_defaults-meta_attributes-migration-threshold rsc_defaults-meta_attributes-resource-stickiness soft-control soft-control-address soft-control-address-instance_attributes soft-control-address-instance_attributes-cidr_netmask soft-control-address-instance_attributes-ip soft-control-address-monitor-interval-10s soft-control-address-start-interval-0s soft-control-address-stop-interval-0s soft-control-container soft-control-container-instance_attributes soft-control-container-instance_attributes-allow_pull soft-control-container-instance_attributes-image soft-control-container-instance_attributes-name soft-control-container-monitor-interval-10s soft-control-container-start-interval-0s soft-control-container-stop-interval-0s soft-control-meta_attributes soft-control-meta_attributes-failure-timeout soft-control-meta_attributes-migration-threshold soft-control-meta_attributes-resource-stickiness standby-control standby-control-monitor-interval-10s standby-control-start-interval-0s standby-control-stop-interval-0s"/></cluster_property_set></crm_config></configuration>' | merge
# node cab-a, which a running cluster knows already
printf '%s\n' '<configuration><nodes><node id="1" uname="cab-a"/></nodes></configuration>' | merge
pcs -f "$cib" -- node attribute cab-a cabinet=a
# node cab-b, which a running cluster knows already
printf '%s\n' '<configuration><nodes><node id="2" uname="cab-b"/></nodes></configuration>' | merge
pcs -f "$cib" -- node attribute cab-b cabinet=b
# node cab-c, which a running cluster knows already
printf '%s\n' '<configuration><nodes><node id="3" uname="cab-c"/></nodes></configuration>' | merge
pcs -f "$cib" -- node attribute cab-c cabinet=c
# fence-cab-a
pcs -f "$cib" --force -- stonith create fence-cab-a fence_redfish disable_timeout=false ip=10.40.2.11 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-cab-a' pcmk_host_list=cab-a power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-cab-a-monitor-interval-60s meta failure-timeout=10min
# fence-cab-a-pdu
pcs -f "$cib" --force -- stonith create fence-cab-a-pdu fence_apc_snmp ip=10.40.2.21 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-a' pcmk_host_map=cab-a:3 snmp_auth_prot=SHA 'snmp_priv_passwd_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-a-privacy' snmp_priv_prot=AES snmp_sec_level=authPriv snmp_version=3 username=dcn op monitor interval=60s timeout=20s id=fence-cab-a-pdu-monitor-interval-60s meta failure-timeout=10min
# fence-cab-a-pdu2
pcs -f "$cib" --force -- stonith create fence-cab-a-pdu2 fence_apc_snmp ip=10.40.2.31 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-a' pcmk_host_map=cab-a:3 snmp_auth_prot=SHA 'snmp_priv_passwd_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-a-privacy' snmp_priv_prot=AES snmp_sec_level=authPriv snmp_version=3 username=dcn op monitor interval=60s timeout=20s id=fence-cab-a-pdu2-monitor-interval-60s meta failure-timeout=10min
# fence-cab-b
pcs -f "$cib" --force -- stonith create fence-cab-b fence_redfish disable_timeout=false ip=10.40.2.12 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-cab-b' pcmk_host_list=cab-b power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-cab-b-monitor-interval-60s meta failure-timeout=10min
# fence-cab-b-pdu
pcs -f "$cib" --force -- stonith create fence-cab-b-pdu fence_apc_snmp ip=10.40.2.22 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-b' pcmk_host_map=cab-b:3 snmp_auth_prot=SHA 'snmp_priv_passwd_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-b-privacy' snmp_priv_prot=AES snmp_sec_level=authPriv snmp_version=3 username=dcn op monitor interval=60s timeout=20s id=fence-cab-b-pdu-monitor-interval-60s meta failure-timeout=10min
# fence-cab-b-pdu2
pcs -f "$cib" --force -- stonith create fence-cab-b-pdu2 fence_apc_snmp ip=10.40.2.32 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-b' pcmk_host_map=cab-b:3 snmp_auth_prot=SHA 'snmp_priv_passwd_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-b-privacy' snmp_priv_prot=AES snmp_sec_level=authPriv snmp_version=3 username=dcn op monitor interval=60s timeout=20s id=fence-cab-b-pdu2-monitor-interval-60s meta failure-timeout=10min
# fence-cab-c
pcs -f "$cib" --force -- stonith create fence-cab-c fence_redfish disable_timeout=false ip=10.40.2.13 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-cab-c' pcmk_host_list=cab-c power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-cab-c-monitor-interval-60s meta failure-timeout=10min
# fence-cab-c-pdu
pcs -f "$cib" --force -- stonith create fence-cab-c-pdu fence_apc_snmp ip=10.40.2.23 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-c' pcmk_host_map=cab-c:3 snmp_auth_prot=SHA 'snmp_priv_passwd_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-c-privacy' snmp_priv_prot=AES snmp_sec_level=authPriv snmp_version=3 username=dcn op monitor interval=60s timeout=20s id=fence-cab-c-pdu-monitor-interval-60s meta failure-timeout=10min
# fence-cab-c-pdu2
pcs -f "$cib" --force -- stonith create fence-cab-c-pdu2 fence_apc_snmp ip=10.40.2.33 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-c' pcmk_host_map=cab-c:3 snmp_auth_prot=SHA 'snmp_priv_passwd_script=/usr/local/lib/dcn-ha/fence-secret pdu-cab-c-privacy' snmp_priv_prot=AES snmp_sec_level=authPriv snmp_version=3 username=dcn op monitor interval=60s timeout=20s id=fence-cab-c-pdu2-monitor-interval-60s meta failure-timeout=10min
# network-process-clone
pcs -f "$cib" --force --no-default-ops -- resource create network-process ocf:dcn-ha:network-reach attribute=network-process 'peers=cab-a=10.30.2.11 cab-b=10.30.2.12 cab-c=10.30.2.13' op monitor interval=1s timeout=30s id=network-process-monitor-interval-1s start interval=0s timeout=60s id=network-process-start-interval-0s stop interval=0s timeout=60s id=network-process-stop-interval-0s meta failure-timeout=10min migration-threshold=INFINITY clone network-process-clone interleave=true
# soft-control
pcs -f "$cib" --force --no-default-ops --group soft-control -- resource create soft-control-address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.30.2.50 op monitor interval=10s timeout=20s id=soft-control-address-monitor-interval-10s start interval=0s timeout=20s id=soft-control-address-start-interval-0s stop interval=0s timeout=20s id=soft-control-address-stop-interval-0s
pcs -f "$cib" --force --no-default-ops --group soft-control -- resource create soft-control-container ocf:heartbeat:podman allow_pull=true image=registry.site/soft-control@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 name=soft-control op monitor interval=10s timeout=30s id=soft-control-container-monitor-interval-10s start interval=0s timeout=90s id=soft-control-container-start-interval-0s stop interval=0s timeout=90s id=soft-control-container-stop-interval-0s
pcs -f "$cib" -- resource meta soft-control failure-timeout=3600s migration-threshold=3 resource-stickiness=INFINITY
# standby-control
pcs -f "$cib" --force --no-default-ops -- resource create standby-control systemd:standby-control op monitor interval=10s timeout=30s id=standby-control-monitor-interval-10s start interval=0s timeout=100s id=standby-control-start-interval-0s stop interval=0s timeout=100s id=standby-control-stop-interval-0s
# historian
pcs -f "$cib" --force --no-default-ops -- resource create historian systemd:historian op monitor interval=10s timeout=30s id=historian-monitor-interval-10s start interval=0s timeout=100s id=historian-start-interval-0s stop interval=0s timeout=100s id=historian-stop-interval-0s
# location-fence-cab-a-cab-a--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-a-cab-a--INFINITY fence-cab-a cab-a -INFINITY
# location-fence-cab-a-pdu-cab-a--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-a-pdu-cab-a--INFINITY fence-cab-a-pdu cab-a -INFINITY
# location-fence-cab-a-pdu2-cab-a--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-a-pdu2-cab-a--INFINITY fence-cab-a-pdu2 cab-a -INFINITY
# location-fence-cab-b-cab-b--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-b-cab-b--INFINITY fence-cab-b cab-b -INFINITY
# location-fence-cab-b-pdu-cab-b--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-b-pdu-cab-b--INFINITY fence-cab-b-pdu cab-b -INFINITY
# location-fence-cab-b-pdu2-cab-b--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-b-pdu2-cab-b--INFINITY fence-cab-b-pdu2 cab-b -INFINITY
# location-fence-cab-c-cab-c--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-c-cab-c--INFINITY fence-cab-c cab-c -INFINITY
# location-fence-cab-c-pdu-cab-c--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-c-pdu-cab-c--INFINITY fence-cab-c-pdu cab-c -INFINITY
# location-fence-cab-c-pdu2-cab-c--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-cab-c-pdu2-cab-c--INFINITY fence-cab-c-pdu2 cab-c -INFINITY
# colocation-standby-control-soft-control--1000
pcs -f "$cib" --force -- constraint colocation add standby-control with soft-control -1000 node-attribute=cabinet id=colocation-standby-control-soft-control--1000
# location-soft-control
pcs -f "$cib" --force -- constraint location soft-control rule id=location-soft-control-rule constraint-id=location-soft-control score=-INFINITY not_defined network-process or network-process ne 1
# location-soft-control-cab-a-100
pcs -f "$cib" --force -- constraint location add location-soft-control-cab-a-100 soft-control cab-a 100
# fl-cab-a-1
pcs -f "$cib" --force -- stonith level add 1 cab-a fence-cab-a
# fl-cab-a-2
pcs -f "$cib" --force -- stonith level add 2 cab-a fence-cab-a-pdu fence-cab-a-pdu2
# fl-cab-b-1
pcs -f "$cib" --force -- stonith level add 1 cab-b fence-cab-b
# fl-cab-b-2
pcs -f "$cib" --force -- stonith level add 2 cab-b fence-cab-b-pdu fence-cab-b-pdu2
# fl-cab-c-1
pcs -f "$cib" --force -- stonith level add 1 cab-c fence-cab-c
# fl-cab-c-2
pcs -f "$cib" --force -- stonith level add 2 cab-c fence-cab-c-pdu fence-cab-c-pdu2
# rsc_defaults-meta_attributes
pcs -f "$cib" -- resource defaults set create id=rsc_defaults-meta_attributes meta resource-stickiness=INFINITY migration-threshold=3 failure-timeout=4h
# op_defaults-meta_attributes
pcs -f "$cib" -- resource op defaults set create id=op_defaults-meta_attributes meta timeout=60s
# dcn-ha-alert
pcs -f "$cib" -- alert create path=/usr/local/lib/dcn-ha/alert id=dcn-ha-alert

# corosync.conf: nodes, links, encryption, timeouts, quorum
form --no-cluster-uuid -- cluster setup three-cabinets cab-a addr=10.20.2.11 addr=10.30.2.11 cab-b addr=10.20.2.12 addr=10.30.2.12 cab-c addr=10.20.2.13 addr=10.30.2.13 transport knet link_mode=passive link linknumber=0 ping_interval=550 ping_timeout=1100 pong_count=2 link linknumber=1 ping_interval=550 ping_timeout=1100 pong_count=2 crypto cipher=aes256 hash=sha256 totem token=2200 token_coefficient=0 consensus=2640 quorum wait_for_all=0
# logging: pcs has no words for what differs from its own
printf '%s' 'logging {
    to_stderr: no
    to_logfile: no
    to_syslog: yes
}
' | section logging

if [ "$live" = no ]; then exit 0; fi
pcs cluster sync
pcs cluster enable --all
pcs cluster start --all --wait=120
pcs cluster cib "$work/live.xml"
cp "$work/live.xml" "$work/before.xml"
CIB_file=$cib cibadmin --query --scope configuration >"$work/configuration.xml"
merge "$work/live.xml" <"$work/configuration.xml"
pcs cluster cib-push "$work/live.xml" diff-against="$work/before.xml"

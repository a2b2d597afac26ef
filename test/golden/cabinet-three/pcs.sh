#!/bin/sh
# Forms the cluster cabinet-three with pcs.
# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them
#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files
# Every node needs before:
#   the agent ocf:dcn-ha:network-reach: /usr/lib/ocf/resource.d/dcn-ha/network-reach
#   the alert /usr/local/lib/dcn-ha/alert
#   /etc/dcn-ha/secrets/bmc-dcn1, for root alone: the secret bmc/dcn1
#   /etc/dcn-ha/secrets/bmc-dcn2, for root alone: the secret bmc/dcn2
#   /etc/dcn-ha/secrets/bmc-dcn3, for root alone: the secret bmc/dcn3
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
pcs -f "$cib" --force -- property set stonith-enabled=true stonith-action=reboot startup-fencing=true concurrent-fencing=true load-threshold=10000% no-quorum-policy=stop cluster-recheck-interval=5min start-failure-is-fatal=false pe-input-series-max=200 pe-warn-series-max=100 pe-error-series-max=100 dc-deadtime=1s
# dcn-ha: pcs writes properties into cib-bootstrap-options only
printf '%s\n' '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="cib-bootstrap-options-cluster-recheck-inte cib-bootstrap-options-concurrent-fencing cib-bootstrap-options-dc-deadtime cib-bootstrap-options-load-threshold cib-bootstrap-options-no-quorum-policy cib-bootstrap-options-pe-error-series-max cib-bootstrap-options-pe-input-series-max cib-bootstrap-options-pe-warn-series-max cib-bootstrap-options-start-failure-is-fat cib-bootstrap-options-startup-fencing cib-bootstrap-options-stonith-action cib-bootstrap-options-stonith-enabled colocation-historian-soft-control--1000 colocation-hmi-address-soft-control-INFINITY dcn-ha-alert fence-dcn1 fence-dcn1-instance_attributes fence-dcn1-instance_attributes-disable_timeout fence-dcn1-instance_attributes-ip fence-dcn1-instance_attributes-login_timeout fence-dcn1-instance_attributes-password_script fence-dcn1-instance_attributes-pcmk_host_list fence-dcn1-instance_attributes-power_timeout fence-dcn1-instance_attributes-shell_timeout fence-dcn1-instance_attributes-username fence-dcn1-meta_attributes fence-dcn1-meta_attributes-failure-timeout fence-dcn1-monitor-interval-60s fence-dcn2 fence-dcn2-instance_attributes fence-dcn2-instance_attributes-disable_timeout fence-dcn2-instance_attributes-ip fence-dcn2-instance_attributes-login_timeout fence-dcn2-instance_attributes-password_script fence-dcn2-instance_attributes-pcmk_host_list fence-dcn2-instance_attributes-power_timeout fence-dcn2-instance_attributes-shell_timeout fence-dcn2-instance_attributes-username fence-dcn2-meta_attributes fence-dcn2-meta_attributes-failure-timeout fence-dcn2-monitor-interval-60s fence-dcn3 fence-dcn3-instance_attributes fence-dcn3-instance_attributes-disable_timeout fence-dcn3-instance_attributes-ip fence-dcn3-instance_attributes-login_timeout fence-dcn3-instance_attributes-password_script fence-dcn3-instance_attributes-pcmk_host_list fence-dcn3-instance_attributes-power_timeout fence-dcn3-instance_attributes-shell_timeout fence-dcn3-instance_attributes-username fence-dcn3-meta_attributes fence-dcn3-meta_attributes-failure-timeout fence-dcn3-monitor-interval-60s historian historian-monitor-interval-10s historian-start-interval-0s historian-stop-interval-0s hmi-address hmi-address-instance_attributes hmi-address-instance_attributes-cidr_netmask hmi-address-instance_attributes-ip hmi-address-monitor-interval-10s hmi-address-start-interval-0s hmi-address-stop-interval-0s location-fence-dcn1-dcn1--INFINITY location-fence-dcn2-dcn2--INFINITY location-fence-dcn3-dcn3--INFINITY location-soft-control location-soft-control-dcn1-100 location-soft-control-rule location-soft-control-rule-expr location-soft-control-rule-expr-1 network-process network-process-clone network-process-clone-meta_attributes network-process-clone-meta_attributes-interleave network-process-instance_attributes network-process-instance_attributes-attribute network-process-instance_attributes-peers network-process-meta_attributes network-process-meta_attributes-failure-timeout network-process-meta_attributes-migration-threshold network-process-monitor-interval-1s network-process-start-interval-0s network-process-stop-interval-0s op_defaults-meta_attributes op_defaults-meta_attributes-timeout rsc_defaults-meta_attributes rsc_defaults-meta_attributes-failure-timeout rsc_defaults-meta_attributes-migration-threshold rsc_defaults-meta_attributes-resource-stickiness soft-control soft-control-address soft-control-address-instance_attributes soft-control-address-instance_attributes-cidr_netmask soft-control-address-instance_attributes-ip soft-control-address-monitor-interval-10s soft-control-address-start-interval-0s soft-control-address-stop-interval-0s soft-control-container soft-control-container-instance_attributes soft-control-container-instance_attributes-allow_pull soft-control-container-instance_attributes-image soft-control-container-instance_attributes-name soft-control-container-instance_attributes-run_opts soft-control-container-monitor-interval-10s soft-control-container-start-interval-0s soft-control-container-stop-interval-0s soft-control-meta_attributes soft-control-meta_attributes-failure-timeout soft-control-meta_attributes-migration-threshold soft-control-meta_attributes-resource-stickiness"/></cluster_property_set></crm_config></configuration>' | merge
# fence-dcn1
pcs -f "$cib" --force -- stonith create fence-dcn1 fence_redfish disable_timeout=false ip=10.40.0.11 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-dcn1' pcmk_host_list=dcn1 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-dcn1-monitor-interval-60s meta failure-timeout=10min
# fence-dcn2
pcs -f "$cib" --force -- stonith create fence-dcn2 fence_redfish disable_timeout=false ip=10.40.0.12 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-dcn2' pcmk_host_list=dcn2 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-dcn2-monitor-interval-60s meta failure-timeout=10min
# fence-dcn3
pcs -f "$cib" --force -- stonith create fence-dcn3 fence_redfish disable_timeout=false ip=10.40.0.13 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-dcn3' pcmk_host_list=dcn3 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-dcn3-monitor-interval-60s meta failure-timeout=10min
# network-process-clone
pcs -f "$cib" --force --no-default-ops -- resource create network-process ocf:dcn-ha:network-reach attribute=network-process 'peers=dcn1=10.30.0.11 dcn2=10.30.0.12 dcn3=10.30.0.13' op monitor interval=1s timeout=30s id=network-process-monitor-interval-1s start interval=0s timeout=60s id=network-process-start-interval-0s stop interval=0s timeout=60s id=network-process-stop-interval-0s meta failure-timeout=10min migration-threshold=INFINITY clone network-process-clone interleave=true
# soft-control
pcs -f "$cib" --force --no-default-ops --group soft-control -- resource create soft-control-address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.30.0.50 op monitor interval=10s timeout=20s id=soft-control-address-monitor-interval-10s start interval=0s timeout=20s id=soft-control-address-start-interval-0s stop interval=0s timeout=20s id=soft-control-address-stop-interval-0s
pcs -f "$cib" --force --no-default-ops --group soft-control -- resource create soft-control-container ocf:heartbeat:podman allow_pull=true image=registry.site/soft-control@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 name=soft-control 'run_opts=--network=host --env SITE=cabinet-three' op monitor interval=10s timeout=30s id=soft-control-container-monitor-interval-10s start interval=0s timeout=90s id=soft-control-container-start-interval-0s stop interval=0s timeout=90s id=soft-control-container-stop-interval-0s
pcs -f "$cib" -- resource meta soft-control failure-timeout=3600s migration-threshold=3 resource-stickiness=INFINITY
# hmi-address
pcs -f "$cib" --force --no-default-ops -- resource create hmi-address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.20.0.50 op monitor interval=10s timeout=20s id=hmi-address-monitor-interval-10s start interval=0s timeout=20s id=hmi-address-start-interval-0s stop interval=0s timeout=20s id=hmi-address-stop-interval-0s
# historian
pcs -f "$cib" --force --no-default-ops -- resource create historian systemd:historian op monitor interval=10s timeout=30s id=historian-monitor-interval-10s start interval=0s timeout=100s id=historian-start-interval-0s stop interval=0s timeout=100s id=historian-stop-interval-0s
# location-fence-dcn1-dcn1--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-dcn1-dcn1--INFINITY fence-dcn1 dcn1 -INFINITY
# location-fence-dcn2-dcn2--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-dcn2-dcn2--INFINITY fence-dcn2 dcn2 -INFINITY
# location-fence-dcn3-dcn3--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-dcn3-dcn3--INFINITY fence-dcn3 dcn3 -INFINITY
# colocation-hmi-address-soft-control-INFINITY
pcs -f "$cib" --force -- constraint colocation add hmi-address with soft-control INFINITY id=colocation-hmi-address-soft-control-INFINITY
# colocation-historian-soft-control--1000
pcs -f "$cib" --force -- constraint colocation add historian with soft-control -1000 id=colocation-historian-soft-control--1000
# location-soft-control
pcs -f "$cib" --force -- constraint location soft-control rule id=location-soft-control-rule constraint-id=location-soft-control score=-INFINITY not_defined network-process or network-process ne 1
# location-soft-control-dcn1-100
pcs -f "$cib" --force -- constraint location add location-soft-control-dcn1-100 soft-control dcn1 100
# rsc_defaults-meta_attributes
pcs -f "$cib" -- resource defaults set create id=rsc_defaults-meta_attributes meta resource-stickiness=INFINITY migration-threshold=3 failure-timeout=4h
# op_defaults-meta_attributes
pcs -f "$cib" -- resource op defaults set create id=op_defaults-meta_attributes meta timeout=60s
# dcn-ha-alert
pcs -f "$cib" -- alert create path=/usr/local/lib/dcn-ha/alert id=dcn-ha-alert

# corosync.conf: nodes, links, encryption, timeouts, quorum
form --no-cluster-uuid -- cluster setup cabinet-three dcn1 addr=10.20.0.11 addr=10.30.0.11 dcn2 addr=10.20.0.12 addr=10.30.0.12 dcn3 addr=10.20.0.13 addr=10.30.0.13 transport knet link_mode=passive link linknumber=0 ping_interval=250 ping_timeout=500 pong_count=2 link linknumber=1 ping_interval=250 ping_timeout=500 pong_count=2 crypto cipher=aes256 hash=sha256 totem token=1000 token_coefficient=0 consensus=1200 quorum wait_for_all=0
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

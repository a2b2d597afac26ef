#!/bin/sh
# Forms the cluster five-mixed with pcs.
# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them
#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files
# Every node needs before:
#   the alert /usr/local/lib/dcn-ha/alert
#   /etc/dcn-ha/secrets/bmc-mix1, for root alone: the secret bmc/mix1
#   /etc/dcn-ha/secrets/bmc-mix2, for root alone: the secret bmc/mix2
#   /etc/dcn-ha/secrets/bmc-mix3, for root alone: the secret bmc/mix3
#   /etc/dcn-ha/secrets/pdu-mix4, for root alone: the secret pdu/mix4
#   /etc/dcn-ha/secrets/host-mix5, for root alone: the secret host/mix5
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
pcs -f "$cib" --force -- property set stonith-enabled=true stonith-action=reboot startup-fencing=true concurrent-fencing=true load-threshold=10000% no-quorum-policy=stop cluster-recheck-interval=5min start-failure-is-fatal=false pe-input-series-max=200 pe-warn-series-max=100 pe-error-series-max=100 dc-deadtime=2s
# dcn-ha: pcs writes properties into cib-bootstrap-options only
printf '%s\n' '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="batch-control batch-control-instance_attributes batch-control-instance_attributes-allow_pull batch-control-instance_attributes-image batch-control-instance_attributes-name batch-control-monitor-interval-10s batch-control-start-interval-0s batch-control-stop-interval-0s cib-bootstrap-options-cluster-recheck-inte cib-bootstrap-options-concurrent-fencing cib-bootstrap-options-dc-deadtime cib-bootstrap-options-load-threshold cib-bootstrap-options-no-quorum-policy cib-bootstrap-options-pe-error-series-max cib-bootstrap-options-pe-input-series-max cib-bootstrap-options-pe-warn-series-max cib-bootstrap-options-start-failure-is-fat cib-bootstrap-options-startup-fencing cib-bootstrap-options-stonith-action cib-bootstrap-options-stonith-enabled colocation-batch-control-soft-control--INFINITY dcn-ha-alert fence-mix1 fence-mix1-instance_attributes fence-mix1-instance_attributes-disable_timeout fence-mix1-instance_attributes-ip fence-mix1-instance_attributes-login_timeout fence-mix1-instance_attributes-password_script fence-mix1-instance_attributes-pcmk_host_list fence-mix1-instance_attributes-power_timeout fence-mix1-instance_attributes-shell_timeout fence-mix1-instance_attributes-username fence-mix1-meta_attributes fence-mix1-meta_attributes-failure-timeout fence-mix1-monitor-interval-60s fence-mix2 fence-mix2-instance_attributes fence-mix2-instance_attributes-disable_timeout fence-mix2-instance_attributes-ip fence-mix2-instance_attributes-login_timeout fence-mix2-instance_attributes-password_script fence-mix2-instance_attributes-pcmk_host_list fence-mix2-instance_attributes-power_timeout fence-mix2-instance_attributes-shell_timeout fence-mix2-instance_attributes-username fence-mix2-meta_attributes fence-mix2-meta_attributes-failure-timeout fence-mix2-monitor-interval-60s fence-mix3 fence-mix3-instance_attributes fence-mix3-instance_attributes-disable_timeout fence-mix3-instance_attributes-ip fence-mix3-instance_attributes-lanplus fence-mix3-instance_attributes-login_timeout fence-mix3-instance_attributes-password_script fence-mix3-instance_attributes-pcmk_host_list fence-mix3-instance_attributes-power_timeout fence-mix3-instance_attributes-privlvl fence-mix3-instance_attributes-shell_timeout fence-mix3-instance_attributes-username fence-mix3-meta_attributes fence-mix3-meta_attributes-failure-timeout fence-mix3-monitor-interval-60s fence-mix4 fence-mix4-instance_attributes fence-mix4-instance_attributes-ip fence-mix4-instance_attributes-password_script fence-mix4-instance_attributes-pcmk_host_map fence-mix4-instance_attributes-username fence-mix4-meta_attributes fence-mix4-meta_attributes-failure-timeout fence-mix4-monitor-interval-60s fence-mix5 fence-mix5-instance_attributes fence-mix5-instance_attributes-ip fence-mix5-instance_attributes-password_script fence-mix5-instance_attributes-pcmk_host_map fence-mix5-instance_attributes-username fence-mix5-meta_attributes fence-mix5-meta_attributes-failure-timeout fence-mix5-monitor-interval-60s historian historian-monitor-interval-10s historian-start-interval-0s historian-stop-interval-0s location-fence-mix1-mix1--INFINITY location-fence-mix2-mix2--INFINITY location-fence-mix3-mix3--INFINITY location-fence-mix4-mix4--INFINITY location-fence-mix5-mix5--INFINITY location-report-server location-report-server-rule location-report-server-rule-expr location-report-server-rule-expr-1 location-soft-control-mix1-200 location-soft-control-mix2-100 op_defaults-meta_attributes op_defaults-meta_attributes-timeout order-protocol-gateway-soft-control-mandatory protocol-gateway protocol-gateway-monitor-interval-10s protocol-gateway-start-interval-0s protocol-gateway-stop-interval-0s report-server report-server-monitor-interval-10s report-server-start-interval-0s report-server-stop-interval-0s rsc_defaults-meta_attributes rsc_defaults-meta_attributes-failure-timeout rsc_defaults-meta_attributes-migration-threshold rsc_defaults-meta_attributes-resource-stickiness soft-control soft-control-address soft-control-address-instance_attributes soft-control-address-instance_attributes-cidr_netmask soft-control-address-instance_attributes-ip soft-control-address-monitor-interval-10s soft-control-address-start-interval-0s soft-control-address-stop-interval-0s soft-control-container soft-control-container-instance_attributes soft-control-container-instance_attributes-allow_pull soft-control-container-instance_attributes-image soft-control-container-instance_attributes-name soft-control-container-monitor-interval-10s soft-control-container-start-interval-0s soft-control-container-stop-interval-0s soft-control-meta_attributes soft-control-meta_attributes-failure-timeout soft-control-meta_attributes-migration-threshold soft-control-meta_attributes-resource-stickiness"/></cluster_property_set></crm_config></configuration>' | merge
# fence-mix1
pcs -f "$cib" --force -- stonith create fence-mix1 fence_redfish disable_timeout=false ip=10.40.5.11 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-mix1' pcmk_host_list=mix1 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-mix1-monitor-interval-60s meta failure-timeout=10min
# fence-mix2
pcs -f "$cib" --force -- stonith create fence-mix2 fence_redfish disable_timeout=false ip=10.40.5.12 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-mix2' pcmk_host_list=mix2 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-mix2-monitor-interval-60s meta failure-timeout=10min
# fence-mix3
pcs -f "$cib" --force -- stonith create fence-mix3 fence_ipmilan disable_timeout=false ip=10.40.5.13 lanplus=1 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-mix3' pcmk_host_list=mix3 power_timeout=15 privlvl=operator shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-mix3-monitor-interval-60s meta failure-timeout=10min
# fence-mix4
pcs -f "$cib" --force -- stonith create fence-mix4 fence_raritan ip=10.40.5.14 'password_script=/usr/local/lib/dcn-ha/fence-secret pdu-mix4' pcmk_host_map=mix4:7 username=dcn op monitor interval=60s timeout=20s id=fence-mix4-monitor-interval-60s meta failure-timeout=10min
# fence-mix5
pcs -f "$cib" --force -- stonith create fence-mix5 fence_virsh ip=10.40.5.15 'password_script=/usr/local/lib/dcn-ha/fence-secret host-mix5' pcmk_host_map=mix5:mix5 username=dcn op monitor interval=60s timeout=20s id=fence-mix5-monitor-interval-60s meta failure-timeout=10min
# soft-control
pcs -f "$cib" --force --no-default-ops --group soft-control -- resource create soft-control-address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.30.5.50 op monitor interval=10s timeout=20s id=soft-control-address-monitor-interval-10s start interval=0s timeout=20s id=soft-control-address-start-interval-0s stop interval=0s timeout=20s id=soft-control-address-stop-interval-0s
pcs -f "$cib" --force --no-default-ops --group soft-control -- resource create soft-control-container ocf:heartbeat:podman allow_pull=true image=registry.site/soft-control@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 name=soft-control op monitor interval=10s timeout=30s id=soft-control-container-monitor-interval-10s start interval=0s timeout=90s id=soft-control-container-start-interval-0s stop interval=0s timeout=90s id=soft-control-container-stop-interval-0s
pcs -f "$cib" -- resource meta soft-control failure-timeout=3600s migration-threshold=3 resource-stickiness=INFINITY
# batch-control
pcs -f "$cib" --force --no-default-ops -- resource create batch-control ocf:heartbeat:podman allow_pull=true image=registry.site/batch-control@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 name=batch-control op monitor interval=10s timeout=30s id=batch-control-monitor-interval-10s start interval=0s timeout=90s id=batch-control-start-interval-0s stop interval=0s timeout=90s id=batch-control-stop-interval-0s
# historian
pcs -f "$cib" --force --no-default-ops -- resource create historian systemd:historian op monitor interval=10s timeout=30s id=historian-monitor-interval-10s start interval=0s timeout=100s id=historian-start-interval-0s stop interval=0s timeout=100s id=historian-stop-interval-0s
# protocol-gateway
pcs -f "$cib" --force --no-default-ops -- resource create protocol-gateway systemd:protocol-gateway op monitor interval=10s timeout=30s id=protocol-gateway-monitor-interval-10s start interval=0s timeout=100s id=protocol-gateway-start-interval-0s stop interval=0s timeout=100s id=protocol-gateway-stop-interval-0s
# report-server
pcs -f "$cib" --force --no-default-ops -- resource create report-server systemd:report-server op monitor interval=10s timeout=30s id=report-server-monitor-interval-10s start interval=0s timeout=100s id=report-server-start-interval-0s stop interval=0s timeout=100s id=report-server-stop-interval-0s
# location-fence-mix1-mix1--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-mix1-mix1--INFINITY fence-mix1 mix1 -INFINITY
# location-fence-mix2-mix2--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-mix2-mix2--INFINITY fence-mix2 mix2 -INFINITY
# location-fence-mix3-mix3--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-mix3-mix3--INFINITY fence-mix3 mix3 -INFINITY
# location-fence-mix4-mix4--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-mix4-mix4--INFINITY fence-mix4 mix4 -INFINITY
# location-fence-mix5-mix5--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-mix5-mix5--INFINITY fence-mix5 mix5 -INFINITY
# location-report-server
pcs -f "$cib" --force -- constraint location report-server rule id=location-report-server-rule constraint-id=location-report-server score=-INFINITY not_defined start-report-server or start-report-server ne 1
# colocation-batch-control-soft-control--INFINITY
pcs -f "$cib" --force -- constraint colocation add batch-control with soft-control -INFINITY id=colocation-batch-control-soft-control--INFINITY
# order-protocol-gateway-soft-control-mandatory
pcs -f "$cib" --force -- constraint order start protocol-gateway 'then' start soft-control kind=Mandatory id=order-protocol-gateway-soft-control-mandatory
# location-soft-control-mix1-200
pcs -f "$cib" --force -- constraint location add location-soft-control-mix1-200 soft-control mix1 200
# location-soft-control-mix2-100
pcs -f "$cib" --force -- constraint location add location-soft-control-mix2-100 soft-control mix2 100
# rsc_defaults-meta_attributes
pcs -f "$cib" -- resource defaults set create id=rsc_defaults-meta_attributes meta resource-stickiness=INFINITY migration-threshold=3 failure-timeout=4h
# op_defaults-meta_attributes
pcs -f "$cib" -- resource op defaults set create id=op_defaults-meta_attributes meta timeout=60s
# dcn-ha-alert
pcs -f "$cib" -- alert create path=/usr/local/lib/dcn-ha/alert id=dcn-ha-alert

# corosync.conf: nodes, links, encryption, timeouts, quorum
form --no-cluster-uuid -- cluster setup five-mixed mix1 addr=10.20.5.11 addr=10.30.5.11 mix2 addr=10.20.5.12 addr=10.30.5.12 mix3 addr=10.20.5.13 addr=10.30.5.13 mix4 addr=10.20.5.14 addr=10.30.5.14 mix5 addr=10.20.5.15 addr=10.30.5.15 transport knet link_mode=passive link linknumber=0 ping_interval=362 ping_timeout=725 pong_count=2 link linknumber=1 ping_interval=362 ping_timeout=725 pong_count=2 crypto cipher=aes256 hash=sha256 totem token=1450 token_coefficient=0 consensus=1740 quorum wait_for_all=0
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

#!/bin/sh
# Forms the cluster hmi with pcs.
# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them
#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files
# Every node needs before:
#   the alert /usr/local/lib/dcn-ha/alert
#   /etc/dcn-ha/secrets/bmc-panel1, for root alone: the secret bmc/panel1
#   /etc/dcn-ha/secrets/bmc-panel2, for root alone: the secret bmc/panel2
#   /etc/dcn-ha/secrets/bmc-panel3, for root alone: the secret bmc/panel3
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
printf '%s\n' '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="cib-bootstrap-options-cluster-recheck-inte cib-bootstrap-options-concurrent-fencing cib-bootstrap-options-dc-deadtime cib-bootstrap-options-load-threshold cib-bootstrap-options-no-quorum-policy cib-bootstrap-options-pe-error-series-max cib-bootstrap-options-pe-input-series-max cib-bootstrap-options-pe-warn-series-max cib-bootstrap-options-start-failure-is-fat cib-bootstrap-options-startup-fencing cib-bootstrap-options-stonith-action cib-bootstrap-options-stonith-enabled colocation-hmi-server-hmi-server-address-INFINITY colocation-panel-right-panel-left--INFINITY dcn-ha-alert fence-panel1 fence-panel1-instance_attributes fence-panel1-instance_attributes-cipher fence-panel1-instance_attributes-disable_timeout fence-panel1-instance_attributes-ip fence-panel1-instance_attributes-lanplus fence-panel1-instance_attributes-login_timeout fence-panel1-instance_attributes-password_script fence-panel1-instance_attributes-pcmk_host_list fence-panel1-instance_attributes-power_timeout fence-panel1-instance_attributes-privlvl fence-panel1-instance_attributes-shell_timeout fence-panel1-instance_attributes-username fence-panel1-meta_attributes fence-panel1-meta_attributes-failure-timeout fence-panel1-monitor-interval-60s fence-panel2 fence-panel2-instance_attributes fence-panel2-instance_attributes-cipher fence-panel2-instance_attributes-disable_timeout fence-panel2-instance_attributes-ip fence-panel2-instance_attributes-lanplus fence-panel2-instance_attributes-login_timeout fence-panel2-instance_attributes-password_script fence-panel2-instance_attributes-pcmk_host_list fence-panel2-instance_attributes-power_timeout fence-panel2-instance_attributes-privlvl fence-panel2-instance_attributes-shell_timeout fence-panel2-instance_attributes-username fence-panel2-meta_attributes fence-panel2-meta_attributes-failure-timeout fence-panel2-monitor-interval-60s fence-panel3 fence-panel3-instance_attributes fence-panel3-instance_attributes-cipher fence-panel3-instance_attributes-disable_timeout fence-panel3-instance_attributes-ip fence-panel3-instance_attributes-lanplus fence-panel3-instance_attributes-login_timeout fence-panel3-instance_attributes-password_script fence-panel3-instance_attributes-pcmk_host_list fence-panel3-instance_attributes-power_timeout fence-panel3-instance_attributes-privlvl fence-panel3-instance_attributes-shell_timeout fence-panel3-instance_attributes-username fence-panel3-meta_attributes fence-panel3-meta_attributes-failure-timeout fence-panel3-monitor-interval-60s hmi-server hmi-server-address hmi-server-address-instance_attributes hmi-server-address-instance_attributes-cidr_netmask hmi-server-address-instance_attributes-ip hmi-server-address-monitor-interval-10s hmi-server-address-start-interval-0s hmi-server-address-stop-interval-0s hmi-server-instance_attributes hmi-server-instance_attributes-allow_pull hmi-server-instance_attributes-image hmi-server-instance_attributes-name hmi-server-monitor-interval-10s hmi-server-start-interval-0s hmi-server-stop-interval-0s location-fence-panel1-panel1--INFINITY location-fence-panel2-panel2--INFINITY location-fence-panel3-panel3--INFINITY location-panel-left-panel1-200 location-panel-left-panel3-100 location-panel-right-panel2-200 location-panel-right-panel3-100 op_defaults-meta_attributes op_defaults-meta_attributes-timeout order-hmi-server-address-hmi-server-mandatory panel-left panel-left-monitor-interval-10s panel-left-start-interval-0s panel-left-stop-interval-0s panel-right panel-right-monitor-interval-10s panel-right-start-interval-0s panel-right-stop-interval-0s rsc_defaults-meta_attributes rsc_defaults-meta_attributes-failure-timeout rsc_defaults-meta_attributes-migration-threshold rsc_defaults-meta_attributes-resource-stickiness"/></cluster_property_set></crm_config></configuration>' | merge
# fence-panel1
pcs -f "$cib" --force -- stonith create fence-panel1 fence_ipmilan cipher=17 disable_timeout=false ip=10.40.4.11 lanplus=1 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-panel1' pcmk_host_list=panel1 power_timeout=15 privlvl=operator shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-panel1-monitor-interval-60s meta failure-timeout=10min
# fence-panel2
pcs -f "$cib" --force -- stonith create fence-panel2 fence_ipmilan cipher=17 disable_timeout=false ip=10.40.4.12 lanplus=1 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-panel2' pcmk_host_list=panel2 power_timeout=15 privlvl=operator shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-panel2-monitor-interval-60s meta failure-timeout=10min
# fence-panel3
pcs -f "$cib" --force -- stonith create fence-panel3 fence_ipmilan cipher=17 disable_timeout=false ip=10.40.4.13 lanplus=1 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-panel3' pcmk_host_list=panel3 power_timeout=15 privlvl=operator shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-panel3-monitor-interval-60s meta failure-timeout=10min
# hmi-server-address
pcs -f "$cib" --force --no-default-ops -- resource create hmi-server-address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.20.4.50 op monitor interval=10s timeout=20s id=hmi-server-address-monitor-interval-10s start interval=0s timeout=20s id=hmi-server-address-start-interval-0s stop interval=0s timeout=20s id=hmi-server-address-stop-interval-0s
# hmi-server
pcs -f "$cib" --force --no-default-ops -- resource create hmi-server ocf:heartbeat:podman allow_pull=true image=registry.site/hmi-server@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 name=hmi-server op monitor interval=10s timeout=30s id=hmi-server-monitor-interval-10s start interval=0s timeout=90s id=hmi-server-start-interval-0s stop interval=0s timeout=90s id=hmi-server-stop-interval-0s
# panel-left
pcs -f "$cib" --force --no-default-ops -- resource create panel-left systemd:panel@left op monitor interval=10s timeout=30s id=panel-left-monitor-interval-10s start interval=0s timeout=100s id=panel-left-start-interval-0s stop interval=0s timeout=100s id=panel-left-stop-interval-0s
# panel-right
pcs -f "$cib" --force --no-default-ops -- resource create panel-right systemd:panel@right op monitor interval=10s timeout=30s id=panel-right-monitor-interval-10s start interval=0s timeout=100s id=panel-right-start-interval-0s stop interval=0s timeout=100s id=panel-right-stop-interval-0s
# location-fence-panel1-panel1--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-panel1-panel1--INFINITY fence-panel1 panel1 -INFINITY
# location-fence-panel2-panel2--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-panel2-panel2--INFINITY fence-panel2 panel2 -INFINITY
# location-fence-panel3-panel3--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-panel3-panel3--INFINITY fence-panel3 panel3 -INFINITY
# colocation-hmi-server-hmi-server-address-INFINITY
pcs -f "$cib" --force -- constraint colocation add hmi-server with hmi-server-address INFINITY id=colocation-hmi-server-hmi-server-address-INFINITY
# order-hmi-server-address-hmi-server-mandatory
pcs -f "$cib" --force -- constraint order start hmi-server-address 'then' start hmi-server kind=Mandatory id=order-hmi-server-address-hmi-server-mandatory
# colocation-panel-right-panel-left--INFINITY
pcs -f "$cib" --force -- constraint colocation add panel-right with panel-left -INFINITY id=colocation-panel-right-panel-left--INFINITY
# location-panel-left-panel1-200
pcs -f "$cib" --force -- constraint location add location-panel-left-panel1-200 panel-left panel1 200
# location-panel-left-panel3-100
pcs -f "$cib" --force -- constraint location add location-panel-left-panel3-100 panel-left panel3 100
# location-panel-right-panel2-200
pcs -f "$cib" --force -- constraint location add location-panel-right-panel2-200 panel-right panel2 200
# location-panel-right-panel3-100
pcs -f "$cib" --force -- constraint location add location-panel-right-panel3-100 panel-right panel3 100
# rsc_defaults-meta_attributes
pcs -f "$cib" -- resource defaults set create id=rsc_defaults-meta_attributes meta resource-stickiness=INFINITY migration-threshold=3 failure-timeout=4h
# op_defaults-meta_attributes
pcs -f "$cib" -- resource op defaults set create id=op_defaults-meta_attributes meta timeout=60s
# dcn-ha-alert
pcs -f "$cib" -- alert create path=/usr/local/lib/dcn-ha/alert id=dcn-ha-alert

# corosync.conf: nodes, links, encryption, timeouts, quorum
form --no-cluster-uuid -- cluster setup hmi panel1 addr=10.20.4.11 addr=10.30.4.11 panel2 addr=10.20.4.12 addr=10.30.4.12 panel3 addr=10.20.4.13 addr=10.30.4.13 transport knet link_mode=passive link linknumber=0 ping_interval=250 ping_timeout=500 pong_count=2 link linknumber=1 ping_interval=250 ping_timeout=500 pong_count=2 crypto cipher=aes256 hash=sha256 totem token=1000 token_coefficient=0 consensus=1200 quorum wait_for_all=0
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

#!/bin/sh
# Forms the cluster gateway-pair with pcs.
# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them
#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files
# Every node needs before:
#   the alert /usr/local/lib/dcn-ha/alert
#   /etc/dcn-ha/secrets/bmc-gw1, for root alone: the secret bmc/gw1
#   /etc/dcn-ha/secrets/bmc-gw2, for root alone: the secret bmc/gw2
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
printf '%s\n' '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="cib-bootstrap-options-cluster-recheck-inte cib-bootstrap-options-concurrent-fencing cib-bootstrap-options-dc-deadtime cib-bootstrap-options-load-threshold cib-bootstrap-options-no-quorum-policy cib-bootstrap-options-pe-error-series-max cib-bootstrap-options-pe-input-series-max cib-bootstrap-options-pe-warn-series-max cib-bootstrap-options-start-failure-is-fat cib-bootstrap-options-startup-fencing cib-bootstrap-options-stonith-action cib-bootstrap-options-stonith-enabled colocation-protocol-gateway-gateway-address-INFINITY dcn-ha-alert fence-gw1 fence-gw1-instance_attributes fence-gw1-instance_attributes-disable_timeout fence-gw1-instance_attributes-ip fence-gw1-instance_attributes-login_timeout fence-gw1-instance_attributes-password_script fence-gw1-instance_attributes-pcmk_delay_base fence-gw1-instance_attributes-pcmk_host_list fence-gw1-instance_attributes-power_timeout fence-gw1-instance_attributes-shell_timeout fence-gw1-instance_attributes-username fence-gw1-meta_attributes fence-gw1-meta_attributes-failure-timeout fence-gw1-monitor-interval-60s fence-gw2 fence-gw2-instance_attributes fence-gw2-instance_attributes-disable_timeout fence-gw2-instance_attributes-ip fence-gw2-instance_attributes-login_timeout fence-gw2-instance_attributes-password_script fence-gw2-instance_attributes-pcmk_host_list fence-gw2-instance_attributes-power_timeout fence-gw2-instance_attributes-shell_timeout fence-gw2-instance_attributes-username fence-gw2-meta_attributes fence-gw2-meta_attributes-failure-timeout fence-gw2-monitor-interval-60s gateway-address gateway-address-instance_attributes gateway-address-instance_attributes-cidr_netmask gateway-address-instance_attributes-ip gateway-address-monitor-interval-10s gateway-address-start-interval-0s gateway-address-stop-interval-0s location-fence-gw1-gw1--INFINITY location-fence-gw2-gw2--INFINITY op_defaults-meta_attributes op_defaults-meta_attributes-timeout order-gateway-address-protocol-gateway-mandatory protocol-gateway protocol-gateway-meta_attributes protocol-gateway-meta_attributes-migration-threshold protocol-gateway-monitor-interval-10s protocol-gateway-start-interval-0s protocol-gateway-stop-interval-0s rsc_defaults-meta_attributes rsc_defaults-meta_attributes-failure-timeout rsc_defaults-meta_attributes-migration-threshold rsc_defaults-meta_attributes-resource-stickiness"/></cluster_property_set></crm_config></configuration>' | merge
# fence-gw1
pcs -f "$cib" --force -- stonith create fence-gw1 fence_redfish disable_timeout=false ip=10.40.1.11 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-gw1' pcmk_delay_base=5s pcmk_host_list=gw1 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-gw1-monitor-interval-60s meta failure-timeout=10min
# fence-gw2
pcs -f "$cib" --force -- stonith create fence-gw2 fence_redfish disable_timeout=false ip=10.40.1.12 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-gw2' pcmk_host_list=gw2 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-gw2-monitor-interval-60s meta failure-timeout=10min
# gateway-address
pcs -f "$cib" --force --no-default-ops -- resource create gateway-address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.20.1.50 op monitor interval=10s timeout=20s id=gateway-address-monitor-interval-10s start interval=0s timeout=20s id=gateway-address-start-interval-0s stop interval=0s timeout=20s id=gateway-address-stop-interval-0s
# protocol-gateway
pcs -f "$cib" --force --no-default-ops -- resource create protocol-gateway systemd:protocol-gateway op monitor interval=10s timeout=30s id=protocol-gateway-monitor-interval-10s start interval=0s timeout=100s id=protocol-gateway-start-interval-0s stop interval=0s timeout=100s id=protocol-gateway-stop-interval-0s meta migration-threshold=2
# location-fence-gw1-gw1--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-gw1-gw1--INFINITY fence-gw1 gw1 -INFINITY
# location-fence-gw2-gw2--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-gw2-gw2--INFINITY fence-gw2 gw2 -INFINITY
# colocation-protocol-gateway-gateway-address-INFINITY
pcs -f "$cib" --force -- constraint colocation add protocol-gateway with gateway-address INFINITY id=colocation-protocol-gateway-gateway-address-INFINITY
# order-gateway-address-protocol-gateway-mandatory
pcs -f "$cib" --force -- constraint order start gateway-address 'then' start protocol-gateway kind=Mandatory id=order-gateway-address-protocol-gateway-mandatory
# rsc_defaults-meta_attributes
pcs -f "$cib" -- resource defaults set create id=rsc_defaults-meta_attributes meta resource-stickiness=INFINITY migration-threshold=3 failure-timeout=4h
# op_defaults-meta_attributes
pcs -f "$cib" -- resource op defaults set create id=op_defaults-meta_attributes meta timeout=60s
# dcn-ha-alert
pcs -f "$cib" -- alert create path=/usr/local/lib/dcn-ha/alert id=dcn-ha-alert

# corosync.conf: nodes, links, encryption, timeouts, quorum
form --no-cluster-uuid -- cluster setup gateway-pair gw1 addr=10.20.1.11 addr=10.30.1.11 gw2 addr=10.20.1.12 addr=10.30.1.12 transport knet link_mode=passive link linknumber=0 ping_interval=250 ping_timeout=500 pong_count=2 link linknumber=1 ping_interval=250 ping_timeout=500 pong_count=2 crypto cipher=aes256 hash=sha256 totem token=1000 token_coefficient=0 consensus=1200 quorum wait_for_all=1
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

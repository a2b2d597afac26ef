#!/bin/sh
# Forms the cluster plant-north with pcs.
# usage: sh pcs.sh                      as root on one of its nodes, after `pcs host auth` of all of them
#        sh pcs.sh COROSYNC_CONF CIB    changes no cluster: writes both files
# Every node needs before:
#   the agent ocf:dcn-ha:heartbeat: /usr/lib/ocf/resource.d/dcn-ha/heartbeat, and beside it heartbeat-writer
#   the alert /usr/local/lib/dcn-ha/alert
#   /etc/dcn-ha/secrets/bmc-n1, for root alone: the secret bmc/n1
#   /etc/dcn-ha/secrets/bmc-n2, for root alone: the secret bmc/n2
#   /etc/booth/booth.key, for hacluster alone: the secret tickets/key
#   /usr/local/lib/dcn-ha/fence-secret, which reads the secrets (docs/pcs.md)
#   booth, and /etc/booth/booth-535a3e808d5433ea.conf (dcn-ha render --to booth), as on all sites and arbitrators
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
printf '%s\n' '<configuration><crm_config><cluster_property_set id="dcn-ha"><nvpair id="dcn-ha-owned" name="dcn-ha-owned" value="address address-instance_attributes address-instance_attributes-cidr_netmask address-instance_attributes-ip address-monitor-interval-10s address-start-interval-0s address-stop-interval-0s archive archive-clone archive-clone-meta_attributes archive-clone-meta_attributes-interleave archive-clone-meta_attributes-promotable archive-clone-meta_attributes-promoted-max archive-monitor-interval-10s archive-monitor-interval-11s archive-start-interval-0s archive-stop-interval-0s booth-booth-group booth-booth-group-meta_attributes booth-booth-group-meta_attributes-failure-timeout booth-booth-group-meta_attributes-migration-threshold booth-booth-ip booth-booth-ip-instance_attributes booth-booth-ip-instance_attributes-cidr_netmask booth-booth-ip-instance_attributes-ip booth-booth-ip-monitor-interval-10s booth-booth-ip-start-interval-0s booth-booth-ip-stop-interval-0s booth-booth-service booth-booth-service-instance_attributes booth-booth-service-instance_attributes-config booth-booth-service-monitor-interval-10s booth-booth-service-start-interval-0s booth-booth-service-stop-interval-0s cib-bootstrap-options-cluster-recheck-inte cib-bootstrap-options-concurrent-fencing cib-bootstrap-options-dc-deadtime cib-bootstrap-options-load-threshold cib-bootstrap-options-no-quorum-policy cib-bootstrap-options-pe-error-series-max cib-bootstrap-options-pe-input-series-max cib-bootstrap-options-pe-warn-series-max cib-bootstrap-options-start-failure-is-fat cib-bootstrap-options-startup-fencing cib-bootstrap-options-stonith-action cib-bootstrap-options-stonith-enabled colocation-address-control-INFINITY control control-instance_attributes control-instance_attributes-directory control-instance_attributes-period_ms control-monitor-interval-10s control-start-interval-0s control-stop-interval-0s dcn-ha-alert fence-n1 fence-n1-instance_attributes fence-n1-instance_attributes-disable_timeout fence-n1-instance_attributes-ip fence-n1-instance_attributes-login_timeout fence-n1-instance_attributes-password_script fence-n1-instance_attributes-pcmk_delay_base fence-n1-instance_attributes-pcmk_host_list fence-n1-instance_attributes-power_timeout fence-n1-instance_attributes-shell_timeout fence-n1-instance_attributes-username fence-n1-meta_attributes fence-n1-meta_attributes-failure-timeout fence-n1-monitor-interval-60s fence-n2 fence-n2-instance_attributes fence-n2-instance_attributes-disable_timeout fence-n2-instance_attributes-ip fence-n2-instance_attributes-login_timeout fence-n2-instance_attributes-password_script fence-n2-instance_attributes-pcmk_host_list fence-n2-instance_attributes-power_timeout fence-n2-instance_attributes-shell_timeout fence-n2-instance_attributes-username fence-n2-meta_attributes fence-n2-meta_attributes-failure-timeout fence-n2-monitor-interval-60s location-fence-n1-n1--INFINITY location-fence-n2-n2--INFINITY op_defaults-meta_attributes op_defaults-meta_attributes-timeout rsc_defaults-meta_attributes rsc_defaults-meta_attributes-failure-timeout rsc_defaults-meta_attributes-migration-threshold rsc_defaults-meta_attributes-resource-stickiness ticket-archive-archive-clone-Promoted ticket-line-1-control"/></cluster_property_set></crm_config></configuration>' | merge
# fence-n1
pcs -f "$cib" --force -- stonith create fence-n1 fence_redfish disable_timeout=false ip=10.40.0.11 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-n1' pcmk_delay_base=5s pcmk_host_list=n1 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-n1-monitor-interval-60s meta failure-timeout=10min
# fence-n2
pcs -f "$cib" --force -- stonith create fence-n2 fence_redfish disable_timeout=false ip=10.40.0.12 login_timeout=15 'password_script=/usr/local/lib/dcn-ha/fence-secret bmc-n2' pcmk_host_list=n2 power_timeout=15 shell_timeout=15 username=dcn op monitor interval=60s timeout=20s id=fence-n2-monitor-interval-60s meta failure-timeout=10min
# booth-booth-group
pcs -f "$cib" --force --no-default-ops --group booth-booth-group -- resource create booth-booth-ip ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.20.0.60 op monitor interval=10s timeout=20s id=booth-booth-ip-monitor-interval-10s start interval=0s timeout=20s id=booth-booth-ip-start-interval-0s stop interval=0s timeout=20s id=booth-booth-ip-stop-interval-0s
pcs -f "$cib" --force --no-default-ops --group booth-booth-group -- resource create booth-booth-service ocf:pacemaker:booth-site config=/etc/booth/booth-535a3e808d5433ea.conf op monitor interval=10s timeout=20s id=booth-booth-service-monitor-interval-10s start interval=0s timeout=40s id=booth-booth-service-start-interval-0s stop interval=0s timeout=40s id=booth-booth-service-stop-interval-0s
pcs -f "$cib" -- resource meta booth-booth-group failure-timeout=5min migration-threshold=3
# control
pcs -f "$cib" --force --no-default-ops -- resource create control ocf:dcn-ha:heartbeat directory=/run/dcn-ha-truth period_ms=50 op monitor interval=10s timeout=20s id=control-monitor-interval-10s start interval=0s timeout=20s id=control-start-interval-0s stop interval=0s timeout=20s id=control-stop-interval-0s
# address
pcs -f "$cib" --force --no-default-ops -- resource create address ocf:heartbeat:IPaddr2 cidr_netmask=24 ip=10.20.0.50 op monitor interval=10s timeout=20s id=address-monitor-interval-10s start interval=0s timeout=20s id=address-start-interval-0s stop interval=0s timeout=20s id=address-stop-interval-0s
# archive-clone
pcs -f "$cib" --force --no-default-ops -- resource create archive ocf:pacemaker:Stateful op monitor interval=10s timeout=30s role=Promoted id=archive-monitor-interval-10s monitor interval=11s timeout=30s role=Unpromoted id=archive-monitor-interval-11s start interval=0s timeout=60s id=archive-start-interval-0s stop interval=0s timeout=60s id=archive-stop-interval-0s promotable archive-clone interleave=true promoted-max=1
# location-fence-n1-n1--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-n1-n1--INFINITY fence-n1 n1 -INFINITY
# location-fence-n2-n2--INFINITY
pcs -f "$cib" --force -- constraint location add location-fence-n2-n2--INFINITY fence-n2 n2 -INFINITY
# colocation-address-control-INFINITY
pcs -f "$cib" --force -- constraint colocation add address with control INFINITY id=colocation-address-control-INFINITY
# ticket-line-1-control
pcs -f "$cib" --force -- constraint ticket add line-1 control loss-policy=fence id=ticket-line-1-control
# ticket-archive-archive-clone-Promoted
pcs -f "$cib" --force -- constraint ticket add archive Promoted archive-clone loss-policy=demote id=ticket-archive-archive-clone-Promoted
# rsc_defaults-meta_attributes
pcs -f "$cib" -- resource defaults set create id=rsc_defaults-meta_attributes meta resource-stickiness=INFINITY migration-threshold=3 failure-timeout=4h
# op_defaults-meta_attributes
pcs -f "$cib" -- resource op defaults set create id=op_defaults-meta_attributes meta timeout=60s
# dcn-ha-alert
pcs -f "$cib" -- alert create path=/usr/local/lib/dcn-ha/alert id=dcn-ha-alert

# corosync.conf: nodes, links, encryption, timeouts, quorum
form --no-cluster-uuid -- cluster setup plant-north n1 addr=10.20.0.11 addr=10.30.0.11 n2 addr=10.20.0.12 addr=10.30.0.12 transport knet link_mode=passive link linknumber=0 ping_interval=250 ping_timeout=500 pong_count=2 link linknumber=1 ping_interval=250 ping_timeout=500 pong_count=2 crypto cipher=aes256 hash=sha256 totem token=1000 token_coefficient=0 consensus=1200 quorum wait_for_all=1
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

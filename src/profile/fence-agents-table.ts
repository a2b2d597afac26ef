// What fence agents take, as their own `-o metadata` lists it (fence-agents 4.12.1, Debian 12); names only, written by
// `test/profile/record-fence-agents.py`. `!` marks what an agent needs, `old>new` an older spelling, `*` the parameters that nearly all have.

/** Parameters that nearly all agents have, from the library that they share. */
export const SHARED_PARAMETERS =
  "verbose quiet verbose_level debug_file plug_separator delay disable_timeout login_timeout power_timeout power_wait shell_timeout stonith_status_sleep retry_on";

/** Parameters by agent, as words. */
export const AGENT_PARAMETERS: Readonly<Record<string, string>> = {
  fence_aliyun: "* plug! port>plug region access_key secret_key ram_role separator",
  fence_alom:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path",
  fence_amt:
    "* boot_option ip ipaddr>ip ipport method passwd>password passwd_script>password_script password password_script plug port>plug amttool_path port_as_ip sudo>use_sudo use_sudo sudo_path",
  fence_apc:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options switch username! separator ssh_path telnet_path",
  fence_apc_snmp:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_aws: "* plug! port>plug region access_key secret_key filter boto3_debug separator",
  fence_azure_arm:
    "* login>username passwd>password passwd_script>password_script password password_script plug! port>plug username resourceGroup tenantId subscriptionId network-fencing>network_fencing network_fencing msi cloud separator",
  fence_bladecenter:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator missing_as_off ssh_path telnet_path",
  fence_brocade:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path telnet_path",
  fence_cdu:
    "* ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug switch username! separator telnet_path",
  fence_cisco_mds:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_cisco_ucs:
    "* ip! ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure suborg username! separator missing_as_off gnutlscli_path",
  fence_compute:
    "* auth_url endpoint_type login>username passwd>password passwd_script>password_script password password_script plug! port>plug region_name tenant_name username insecure project-domain>project_domain project_domain user-domain>user_domain user_domain domain instance_filtering no_shared_storage record_only compute-domain>compute_domain compute_domain separator",
  fence_crosslink: "* crosscableip! plug! port>plug timeout separator",
  fence_cyberpower_ssh:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path",
  fence_docker:
    "* ip! ipaddr>ip ipport method plug! port>plug ssl ssl_insecure ssl_secure api_version tlscacert tlscert tlskey separator gnutlscli_path",
  fence_drac:
    "* cmd_prompt>command_prompt command_prompt ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug username! port_as_ip telnet_path",
  fence_drac5:
    "* cmd_prompt>command_prompt command_prompt drac_version identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path telnet_path",
  fence_dummy: "* random_sleep_range status_file type",
  fence_eaton_snmp:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_ecloud: "* apikey! plug! port>plug separator",
  fence_emerson:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_eps:
    "* hidden_page>page ip! ipaddr>ip ipport login>username page passwd>password passwd_script>password_script password password_script plug! port>plug username separator",
  fence_evacuate:
    "* auth_url endpoint_type login>username passwd>password passwd_script>password_script password password_script plug! port>plug region_name tenant_name username insecure project-domain>project_domain project_domain user-domain>user_domain user_domain domain instance_filtering no_shared_storage compute-domain>compute_domain compute_domain separator",
  fence_gce:
    "* method plug! port>plug zone project stackdriver-logging>stackdriver_logging stackdriver_logging baremetalsolution apitimeout retries retrysleep serviceaccount plugzonemap proxyhost proxyport earlyexit warntimeout errortimeout runonwarn runonfail separator",
  fence_hds_cb:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator missing_as_off ssh_path telnet_path",
  fence_heuristics_ping:
    "* method ping_count ping_good_count ping_interval ping_maxfail ping_targets! ping_timeout",
  fence_hpblade:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator missing_as_off ssh_path telnet_path",
  fence_ibm_powervs:
    "* api-type>api_type api_type crn! instance! proxy region! token! plug! port>plug separator",
  fence_ibm_vpc: "* apikey! limit proxy region! token_file plug! port>plug separator",
  fence_ibmblade:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_ibmz:
    "* ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug ssl_secure username! connect_retries connect_timeout operation_timeout read_retries read_timeout load_on_activate separator",
  fence_idrac:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_ifmib:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_ilo:
    "* ip ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug port>plug ribcl>ribcl_version ribcl_version ssl ssl_insecure ssl_secure tls1.0 username! port_as_ip gnutlscli_path",
  fence_ilo2:
    "* ip ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug port>plug ribcl>ribcl_version ribcl_version ssl ssl_insecure ssl_secure tls1.0 username! port_as_ip gnutlscli_path",
  fence_ilo3:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_ilo3_ssh:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username method passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_ilo4:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_ilo4_ssh:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username method passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_ilo5:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_ilo5_ssh:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username method passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_ilo_moonshot:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path",
  fence_ilo_mp:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_ilo_ssh:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username method passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_imm:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_intelmodular:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_ipdu:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_ipmilan:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_ipmilanplus:
    "* auth cipher hexadecimal_kg ip ipaddr>ip ipport lanplus login>username method passwd>password passwd_script>password_script password password_script plug port>plug privlvl target username ipmitool_path port_as_ip ipmitool_timeout sudo>use_sudo use_sudo sudo_path",
  fence_ironic:
    "* auth-url>auth_url auth_url! login>username passwd>password passwd_script>password_script password password_script plug! port>plug tenant-name>tenant_name tenant_name username! separator openstack-path>openstack_path openstack_path",
  fence_kdump: "nodename ipport family timeout verbose usage",
  fence_kubevirt: "* plug! port>plug ssl_insecure namespace kubeconfig apiversion separator",
  fence_ldom:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path",
  fence_legacy: "port!",
  fence_lindypdu:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version switch username separator snmpget_path snmpset_path snmpwalk_path",
  fence_lpar:
    "* cmd_prompt>command_prompt command_prompt hmc_version identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username managed! passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path",
  fence_mpath:
    "* devices key plug port>plug suppress-errors>suppress_errors suppress_errors mpathpersist_path store_path sudo>use_sudo use_sudo sudo_path",
  fence_netio:
    "* ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug username! separator telnet_path",
  fence_openstack:
    "* login>username passwd>password passwd_script>password_script password password_script plug port>plug ssl_insecure username auth-url>auth_url auth_url project-name>project_name project_name user-domain-name>user_domain_name user_domain_name project-domain-name>project_domain_name project_domain_name cloud openrc uuid cacert apitimeout separator",
  fence_ovh:
    "* email! login>username passwd>password passwd_script>password_script password password_script plug! port>plug username! separator",
  fence_powerman: "* ip ipaddr>ip ipport plug port>plug port_as_ip powerman_path",
  fence_pve:
    "* ip! ipaddr>ip ipport login>username method passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure username! pve_node pve_node_auto vmtype! node_name>nodename nodename separator gnutlscli_path",
  fence_raritan:
    "* ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug username! separator telnet_path",
  fence_raritan_px3:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator ssh_path telnet_path",
  fence_rcd_serial: "* method serial_port!",
  fence_redfish:
    "* ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug redfish-uri>redfish_uri redfish_uri ssl ssl_insecure ssl_secure systems-uri>systems_uri systems_uri username! port_as_ip gnutlscli_path",
  fence_rhevm:
    "* ip! ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure use_cookies username! api_version cookie_file api_path disable_http_filter separator gnutlscli_path",
  fence_rsa:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_rsb:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! port_as_ip ssh_path telnet_path",
  fence_sanbox2:
    "* cmd_prompt>command_prompt command_prompt ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug username! separator telnet_path",
  fence_sbd: "* devices! method plug! port>plug separator sbd_path",
  fence_scsi:
    "* aptpl devices key plug! port>plug readonly suppress-errors>suppress_errors suppress_errors logfile corosync_cmap_path key_value sg_persist_path sg_turs_path vgs_path",
  fence_skalar:
    "* force graceful ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure username! separator gnutlscli_path",
  fence_tripplite_snmp:
    "* community ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug snmp_auth_prot snmp_priv_passwd snmp_priv_passwd_script snmp_priv_prot snmp_sec_level snmp_version username separator snmpget_path snmpset_path snmpwalk_path",
  fence_vbox:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator host_os missing_as_off vboxmanage_path sudo>use_sudo use_sudo ssh_path sudo_path",
  fence_virsh:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username! separator missing_as_off sudo>use_sudo use_sudo ssh_path sudo_path",
  fence_vmware:
    "* exec identity_file inet4_only inet6_only ip ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug port>plug secure>ssh ssh ssh_options username! vmware_type vmware_datacenter port_as_ip ssh_path",
  fence_vmware_rest:
    "* ip! ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure username! api_path filter separator gnutlscli_path",
  fence_vmware_soap:
    "* ip! ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure username! separator gnutlscli_path",
  fence_vmware_vcloud:
    "* ip! ipaddr>ip ipport login>username notls passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure username! api_path separator gnutlscli_path",
  fence_watchdog: "nodename plug!",
  fence_wti:
    "* cmd_prompt>command_prompt command_prompt identity_file inet4_only inet6_only ip! ipaddr>ip ipport login>username passwd>password passwd_script>password_script password password_script plug! port>plug secure>ssh ssh ssh_options username separator ssh_path telnet_path",
  fence_xenapi:
    "* login>username passwd>password passwd_script>password_script password password_script plug! port>plug session_url! username separator",
  fence_zvmip:
    "* inet4_only inet6_only ip! ipaddr>ip ipport login>username method passwd>password passwd_script>password_script password password_script plug! port>plug ssl ssl_insecure ssl_secure username! disable_ssl separator missing_as_off gnutlscli_path",
};

/** Where the parts of a one-node cluster are. */
export interface CephPlan {
  readonly folder: string
  readonly fsid: string
  readonly monitorPort: number
  readonly gatewayPort: number
}

/**
 * ceph.conf of a cluster with one copy of everything, in memory, on loopback. The messengers of version 1 alone are
 * bound, and nothing is measured for balancing: it lives for minutes. Without tcp_nodelay every answer with a body waits for a
 * delayed ACK.
 */
export function cephConfig({ folder, fsid, monitorPort, gatewayPort }: CephPlan): string {
  return `[global]
fsid = ${fsid}
mon_host = [v1:127.0.0.1:${monitorPort}]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv4 = true
ms_bind_ipv6 = false
ms_bind_msgr2 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
mon_warn_on_insecure_global_id_reclaim_allowed = false
run_dir = ${folder}/run
log_file = ${folder}/log/$name.log
log_to_stderr = false
mon_cluster_log_file = ${folder}/log/cluster.log
admin_socket = ${folder}/run/$name.$pid.asok
crash_dir = ${folder}/log
keyring = ${folder}/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
mon_data_avail_crit = 1
mon_data_avail_warn = 1
mon_warn_on_pool_no_redundancy = false
mon_osd_full_ratio = .98
[mon]
mon_data = ${folder}/mon
[osd]
osd_data = ${folder}/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_class_update_on_start = true
[client.rgw]
rgw_data = ${folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1
rgw_thread_pool_size = 64
rgw_dynamic_resharding = false
rgw_lc_max_worker = 1
rgw_enable_apis = s3, admin
`
}

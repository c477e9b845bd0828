import assert from 'node:assert/strict'
import { it } from 'node:test'
import { buildInventory } from '../../metrics/build-inventory.ts'
import type { DeclaredMetric } from '../../metrics/declared-metric.ts'
import { readRules } from '../../rules/read.ts'
import { queryChecks } from './queries/query-checks.ts'
import { ruleChecks } from './rules/rule-checks.ts'

/** Queries in the manner of well-known collections of rules, which many people run as they are. */
const alerts = [
  '(node_filesystem_avail_bytes{job="node",fstype!="",mountpoint!=""} / node_filesystem_size_bytes{job="node",fstype!="",mountpoint!=""} * 100 < 15 and predict_linear(node_filesystem_avail_bytes{job="node",fstype!="",mountpoint!=""}[6h], 24*60*60) < 0 and node_filesystem_readonly{job="node",fstype!="",mountpoint!=""} == 0)',
  'rate(node_network_receive_errs_total{job="node"}[2m]) / rate(node_network_receive_packets_total{job="node"}[2m]) > 0.01',
  '(node_timex_offset_seconds{job="node"} > 0.05 and deriv(node_timex_offset_seconds{job="node"}[5m]) >= 0) or (node_timex_offset_seconds{job="node"} < -0.05 and deriv(node_timex_offset_seconds{job="node"}[5m]) <= 0)',
  '100 - (avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[2m])) * 100) > 90',
  'sum without(mode) (avg without (cpu) (rate(node_cpu_seconds_total{job="node", mode!~"idle|iowait"}[2m]))) * 100 > 90',
  'increase(node_vmstat_oom_kill{job="node"}[5m]) > 0',
  '100 - ((node_memory_MemAvailable_bytes{job="node"} / node_memory_MemTotal_bytes{job="node"}) * 100) > 90',
  'node_load1{job="node"} / count without (cpu, mode) (node_cpu_seconds_total{job="node", mode="idle"}) > 2',
  'max_over_time(prometheus_config_last_reload_successful{job="prometheus"}[5m]) == 0',
  '(predict_linear(prometheus_notifications_queue_length{job="prometheus"}[5m], 60 * 30) > min_over_time(prometheus_notifications_queue_capacity{job="prometheus"}[5m]))',
  '(rate(prometheus_notifications_errors_total{job="prometheus"}[5m]) / rate(prometheus_notifications_sent_total{job="prometheus"}[5m])) * 100 > 1',
  'max_over_time(prometheus_notifications_alertmanagers_discovered{job="prometheus"}[5m]) < 1',
  '(sum without(type) (rate(prometheus_tsdb_head_samples_appended_total{job="prometheus"}[5m])) <= 0 and (sum without(scrape_job) (prometheus_target_metadata_cache_entries{job="prometheus"}) > 0 or sum without(rule_group) (prometheus_rule_group_rules{job="prometheus"}) > 0))',
  'time() - max by (instance) (prometheus_rule_group_last_evaluation_timestamp_seconds) > 600',
  'histogram_quantile(0.99, sum by (cluster, verb, le) (rate(apiserver_request_duration_seconds_bucket{verb=~"GET|LIST"}[5m]))) > 1',
  'sum by (namespace, pod) (max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) * on (namespace, pod) group_left (owner_kind) topk by (namespace, pod) (1, max by (namespace, pod, owner_kind) (kube_pod_owner{owner_kind!="Job"}))) > 0',
  'kube_deployment_spec_replicas{job="ksm"} > kube_deployment_status_replicas_available{job="ksm"} and changes(kube_deployment_status_replicas_updated{job="ksm"}[10m]) == 0',
  'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
  'time() - max by (namespace, job_name) (kube_job_status_start_time and kube_job_status_active > 0) > 43200',
  'absent(up{job="kubelet"} == 1)',
  'up{job="node"} == 0',
  '100 * (count by (job) (up == 0) / count by (job) (up)) > 10',
  'sum(rate(apiserver_request_total{code=~"5.."}[1h])) / sum(rate(apiserver_request_total[1h])) > (14.4 * 0.01) and sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m])) > (14.4 * 0.01)',
  'histogram_quantile(0.99, rate(etcd_disk_wal_fsync_duration_seconds_bucket{job=~".*etcd.*"}[5m])) > 0.5',
  'increase((max without (endpoint) (etcd_server_leader_changes_seen_total{job=~".*etcd.*"}) or 0 * absent(etcd_server_leader_changes_seen_total{job=~".*etcd.*"}))[15m:1m]) >= 4',
  'ALERTS{alertname="A", alertstate="firing"}',
  'sum(rate(apiserver_request_duration_seconds_sum[5m])) / sum(rate(apiserver_request_duration_seconds_count[5m])) > 1',
]

const types: Readonly<Record<string, DeclaredMetric['type']>> = {
  node_vmstat_oom_kill: 'counter',
  apiserver_request_duration_seconds: 'histogram',
  etcd_disk_wal_fsync_duration_seconds: 'histogram',
}

it('says nothing about rules as good collections have them', async () => {
  const names = new Set(
    alerts.flatMap((expr) => expr.match(/\b(node|prometheus|kube|apiserver|etcd)_\w+/g) ?? []),
  )
  const metrics = [...names].map((each): DeclaredMetric => {
    const name = each.replace(/_(bucket|sum|count)$/, '')
    const type = types[name] ?? (name.endsWith('_total') ? 'counter' : 'gauge')
    return {
      name,
      type,
      help: 'Help.',
      unit: '',
      labels: new Map(),
      areLabelsKnown: false,
      file: 'c',
      line: 1,
      recordings: undefined,
    }
  })
  const rules = alerts.map((expr, index) => ({
    alert: `Alert${index}`,
    expr,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: { summary: 's', description: '{{ $value | humanize }}', runbook_url: 'https://example.org' },
  }))
  const text = JSON.stringify({ groups: [{ name: 'g', rules }] })
  const part = {
    catalog: { metrics },
    source: undefined,
    targets: [],
    dashboards: [],
    rules: [readRules({ file: 'r.yaml', text })],
    prometheus: undefined,
  }
  const inputs = { ...part, inventory: buildInventory(part) }
  const found = await Promise.all([...queryChecks, ...ruleChecks].map((check) => check.run(inputs)))
  const told = found
    .flatMap((each) => [...each])
    .map(({ check, subject, reason }) => `${check} ${subject}: ${reason}`)
  assert.deepEqual(told, [])
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../../dashboards/read.ts'
import { buildInventory } from '../../metrics/build-inventory.ts'
import { readRules } from '../../rules/read.ts'
import type { AuditInputs } from '../check.ts'
import { checks } from './checks.ts'

/** Dashboards and rules as published ones are written, of metrics that nothing tells about. */
interface Row {
  readonly what: string
  readonly check: string
  readonly exprs?: readonly string[]
  readonly legend?: string
  readonly type?: string
  readonly defaults?: object
  /** The defaults of a second panel that is otherwise the same. */
  readonly copy?: object
  readonly variables?: readonly object[]
  readonly rules?: string
  /** Levels of the findings of the check. */
  readonly found: readonly string[]
}

const job = { name: 'job', type: 'query', query: 'label_values(shop_up, job)', multi: true, includeAll: true }
const node = { name: 'node', type: 'query', query: 'label_values(instance)' }
const left = {
  steps: [
    { value: null, color: 'green' },
    { value: 80, color: 'red' },
  ],
}
const mean = 'rate(get_seconds_sum{op="a"}[5m]) / on (instance) rate(get_seconds_count[5m])'

const rows: readonly Row[] = [
  {
    what: 'the thresholds that Grafana gives new panels, which the graph does not draw',
    check: 'dashboard-thresholds',
    defaults: { unit: 'percentunit', thresholds: left },
    found: [],
  },
  {
    what: 'the same thresholds where the graph draws them',
    check: 'dashboard-thresholds',
    defaults: { unit: 'percentunit', thresholds: left, custom: { thresholdsStyle: { mode: 'line' } } },
    found: ['warning'],
  },
  {
    what: 'the same thresholds on a stat',
    check: 'dashboard-thresholds',
    type: 'stat',
    defaults: { unit: 'percentunit', thresholds: left },
    found: ['warning'],
  },
  {
    what: 'copies of a graph with other thresholds, which neither draws',
    check: 'dashboard-same-query',
    defaults: { thresholds: left },
    copy: { thresholds: { steps: [] } },
    found: [],
  },
  {
    what: 'copies of a stat with other thresholds',
    check: 'dashboard-same-query',
    type: 'stat',
    defaults: { thresholds: left },
    copy: { thresholds: { steps: [] } },
    found: ['warning'],
  },
  {
    what: 'an instance that is chosen by a variable of another name, one at a time',
    check: 'dashboard-variable-scope',
    exprs: ['shop_up{job=~"$job", instance=~"$node"}'],
    variables: [job, node],
    found: ['info'],
  },
  {
    what: 'an instance that is chosen by a variable of another name',
    check: 'dashboard-variable-scope',
    exprs: ['shop_up{job=~"$job", instance=~"$node"}'],
    variables: [job, { ...node, multi: true, includeAll: true }],
    found: [],
  },
  {
    what: 'another exporter, which the variable offers no job of',
    check: 'dashboard-target-scope',
    exprs: ['shop_up{job=~"$job"}', 'node_load1'],
    variables: [job],
    found: [],
  },
  {
    what: 'a metric of the exporter whose jobs are offered',
    check: 'dashboard-target-scope',
    exprs: ['shop_up{job=~"$job"}', 'shop_orders'],
    variables: [job],
    found: ['warning'],
  },
  { what: 'a mean of pairs of which one side is chosen', check: 'query-mean', exprs: [mean], found: [] },
  {
    what: 'a mean of sums of which one side is chosen',
    check: 'query-mean',
    exprs: ['sum(rate(get_seconds_sum{op="a"}[5m])) / sum(rate(get_seconds_count[5m]))'],
    found: ['error'],
  },
  {
    what: 'a mean of pairs that are none',
    check: 'query-mean',
    exprs: ['rate(get_seconds_sum{op="a"}[5m]) / on (instance) rate(get_seconds_count{op="b"}[5m])'],
    found: ['error'],
  },
  {
    what: 'an average of means',
    check: 'query-mean',
    exprs: ['avg(rate(get_seconds_sum[5m]) / rate(get_seconds_count[5m]))'],
    found: ['warning'],
  },
  {
    what: 'a legend without the label of the one thing that is chosen',
    check: 'query-legend',
    exprs: ['sum by (disk) (rate(reads_total{disk=~"($disk)"}[5m]))'],
    variables: [{ name: 'disk', type: 'query', query: 'label_values(disk)' }],
    legend: 'reads',
    found: [],
  },
  {
    what: 'a legend without the label of several things that are chosen',
    check: 'query-legend',
    exprs: ['sum by (disk) (rate(reads_total{disk=~"$disk"}[5m]))'],
    variables: [{ name: 'disk', type: 'query', query: 'label_values(disk)', multi: true }],
    legend: 'reads',
    found: ['warning'],
  },
  {
    what: 'a legend with a label that is made from another',
    check: 'query-legend',
    exprs: ['label_replace(sum by (disk) (rate(reads_total[5m])), "short", "$1", "disk", "/dev/(.*)")'],
    legend: '{{short}}',
    found: [],
  },
  {
    what: 'a total that nothing takes a rate of',
    check: 'query-raw-counter',
    exprs: ['machines_total'],
    found: ['info'],
  },
  {
    what: 'a total that another query takes a rate of',
    check: 'query-raw-counter',
    exprs: ['orders_total', 'rate(orders_total[5m])'],
    found: ['error'],
  },
  {
    what: 'an alert on a total that nothing takes a rate of',
    check: 'query-raw-counter',
    rules: '- alert: FewMachines\n  expr: machines_total < 3',
    found: ['info'],
  },
  {
    what: 'a total less what it was, in an alert that counts restarts',
    check: 'query-raw-counter',
    rules:
      '- alert: Restarts\n  expr: restarts_total - restarts_total offset 10m > 1 and rate(restarts_total[5m]) > 0',
    found: [],
  },
  {
    what: 'a rate that is compared with what is usual',
    check: 'query-mixed-ranges',
    exprs: ['rate(switches_total[15m]) / rate(switches_total[1d])'],
    found: [],
  },
  {
    what: 'rates over different ranges of two metrics',
    check: 'query-mixed-ranges',
    exprs: ['rate(errors_total[15m]) / rate(requests_total[1d])'],
    found: ['warning'],
  },
  {
    what: 'a label that an aggregation has left out',
    check: 'query-unknown-label',
    exprs: ['count(node_info) * on (instance) node_info'],
    found: ['error'],
  },
  {
    what: 'a condition multiplied with the names of things',
    check: 'query-share-upside-down',
    exprs: ['(sum by (instance) (node_info{os="x"}) > 1) * on (instance) group_left (name) node_info'],
    found: [],
  },
  {
    what: 'processors that are busy, as a number',
    check: 'dashboard-unit',
    exprs: ['sum(rate(cpu_seconds_total[5m]))'],
    defaults: { unit: 'short' },
    found: [],
  },
]

describe('dashboards and rules as others write them', () => {
  for (const { what, check, found, ...sketch } of rows) {
    it(`${found.length === 0 ? 'say nothing of' : 'tell'} ${what}`, async () => {
      const run = checks.find(({ name }) => name === check)?.run
      const findings = [...((await run?.(inputsOf(sketch))) ?? [])]
      assert.deepEqual(
        findings.map(({ level }) => level),
        found,
        findings.map(({ reason }) => reason).join(),
      )
    })
  }
})

function inputsOf(sketch: Omit<Row, 'what' | 'check' | 'found'>): AuditInputs {
  const {
    exprs = ['shop_up'],
    legend,
    type = 'timeseries',
    defaults = {},
    copy,
    variables = [],
    rules,
  } = sketch
  const dashboard = {
    uid: 'd',
    title: 'D',
    schemaVersion: 39,
    templating: { list: variables },
    panels: [defaults, ...(copy ? [copy] : [])].map((fields, at) => ({
      id: at + 1,
      type,
      title: 'T',
      gridPos: { x: 0, y: 8 * at, w: 24, h: 8 },
      datasource: { type: 'prometheus', uid: 'p' },
      fieldConfig: { defaults: fields, overrides: [] },
      targets: exprs.map((expr, index) => ({ refId: 'ABC'[index], expr, legendFormat: legend })),
    })),
  }
  const part = {
    catalog: undefined,
    source: undefined,
    targets: [],
    dashboards: [readDashboard({ file: 'd.json', text: JSON.stringify(dashboard) })],
    rules: rules
      ? [
          readRules({
            file: 'r.yaml',
            text: `groups:\n- name: g\n  rules:\n${rules.replaceAll(/^/gm, '  ')}`,
          }),
        ]
      : [],
    prometheus: undefined,
  }
  return { ...part, inventory: buildInventory(part) }
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../../../dashboards/read.ts'
import { cleanClassic, cleanElements } from '../../../dashboards/testing/clean.ts'
import { buildInventory } from '../../../metrics/build-inventory.ts'
import type { DeclaredMetric } from '../../../metrics/declared-metric.ts'
import type { AuditInputs } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { dashboardChecks } from './dashboard-checks.ts'

/** Parsed JSON, to be bent at will. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend it in every way.
type Json = any

async function findingsOf(
  files: readonly Json[],
  metrics: readonly DeclaredMetric[] = [],
): Promise<Finding[]> {
  const known = {
    catalog: metrics.length === 0 ? undefined : { metrics },
    source: undefined,
    targets: [],
    dashboards: files.map((json, index) =>
      readDashboard({ file: `${index}.json`, text: JSON.stringify(json, null, 2) }),
    ),
    rules: [],
    prometheus: undefined,
  }
  const inputs: AuditInputs = { ...known, inventory: buildInventory(known) }
  const found: Finding[] = []
  for (const check of dashboardChecks) found.push(...(await check.run(inputs)))
  return found
}

const braced = (name: string) => `\${${name}}`

const namesOf = (findings: readonly Finding[]) => [...new Set(findings.map(({ check }) => check))].sort()

const metric = (name: string, more: Partial<DeclaredMetric> = {}): DeclaredMetric => ({
  name,
  type: 'gauge',
  help: undefined,
  unit: undefined,
  labels: new Map(),
  file: 'catalog',
  line: 1,
  recordings: undefined,
  ...more,
})

const catalog = [
  metric('app_requests_total', { type: 'counter', unit: '{request}' }),
  metric('app_errors_total', {
    type: 'counter',
    unit: '{error}',
    thresholds: { warning: 10, critical: 100 },
  }),
  metric('app_duration_seconds', { type: 'histogram', unit: 's' }),
  metric('app_connected', {
    unit: '',
    meanings: [
      { value: 0, text: 'Disconnected', severity: 'critical' },
      { value: 1, text: 'Connected', severity: 'ok' },
    ],
  }),
  metric('app_queue', { unit: '{item}' }),
]

/** The rows of both schemas that are bent alike. */
const classic: readonly { name: string; bend: (dashboard: Json) => void; found: readonly string[] }[] = [
  { name: 'a panel without id', bend: (d) => delete d.panels[1].id, found: ['dashboard-panel-id'] },
  { name: 'a panel id of zero', bend: (d) => (d.panels[1].id = 0), found: ['dashboard-panel-id'] },
  { name: 'a panel id that is text', bend: (d) => (d.panels[1].id = '7'), found: ['dashboard-panel-id'] },
  {
    name: 'a panel id used twice',
    bend: (d) => (d.panels[1].id = d.panels[2].id),
    found: ['dashboard-panel-id'],
  },
  {
    name: 'the id of a row used by a panel',
    bend: (d) => (d.panels[0].id = d.panels[2].id),
    found: ['dashboard-panel-id'],
  },
  {
    name: 'the id of a panel in a collapsed row used twice',
    bend: (d) => (d.panels.at(-1).panels[0].id = 2),
    found: ['dashboard-panel-id'],
  },
  {
    name: 'panels that overlap',
    bend: (d) => (d.panels[2].gridPos.x = 6),
    found: ['dashboard-overlap'],
  },
  {
    name: 'a panel over a row',
    bend: (d) => (d.panels[3].gridPos.h = 9),
    found: ['dashboard-overlap'],
  },
  {
    name: 'panels that overlap in a collapsed row',
    bend: (d) => (d.panels.at(-1).panels[1].gridPos.x = 11),
    found: ['dashboard-overlap'],
  },
  {
    name: 'a panel beyond the last column',
    bend: (d) => (d.panels[2].gridPos.w = 13),
    found: ['dashboard-grid'],
  },
  {
    name: 'a panel before the first column',
    bend: (d) => (d.panels[1].gridPos.x = -1),
    found: ['dashboard-grid', 'dashboard-grid-gap'],
  },
  {
    name: 'a panel without height',
    bend: (d) => (d.panels[2].gridPos.h = 0),
    found: ['dashboard-grid', 'dashboard-grid-gap'],
  },
  {
    name: 'a panel at half a line',
    bend: (d) => (d.panels[2].gridPos.y = 1.5),
    found: ['dashboard-grid', 'dashboard-overlap'],
  },
  {
    name: 'a panel without position',
    bend: (d) => delete d.panels[2].gridPos,
    found: ['dashboard-grid'],
  },
  {
    name: 'a panel moved down',
    bend: (d) => (d.panels[2].gridPos.y += 1),
    found: ['dashboard-overlap'],
  },
  { name: 'a panel made narrower', bend: (d) => (d.panels[1].gridPos.w -= 1), found: ['dashboard-grid-gap'] },
  { name: 'a panel made lower', bend: (d) => (d.panels[1].gridPos.h -= 1), found: ['dashboard-grid-gap'] },
  {
    name: 'a variable that nothing uses',
    bend: (d) => d.templating.list.push({ ...d.templating.list[1], name: 'pod' }),
    found: ['dashboard-variable-unused'],
  },
  {
    name: 'a variable that only itself uses',
    bend: (d) =>
      d.templating.list.push({
        ...d.templating.list[1],
        name: 'pod',
        query: 'label_values(x{pod="$pod"}, pod)',
      }),
    found: ['dashboard-variable-unused'],
  },
  {
    name: 'an unknown variable in a query',
    bend: (d) => (d.panels[2].targets[0].expr += ' * $x'),
    found: ['dashboard-variable-unknown'],
  },
  {
    name: 'an unknown variable in a title',
    bend: (d) => (d.panels[2].title += ` of ${braced('host')}`),
    found: ['dashboard-variable-unknown'],
  },
  {
    name: 'an unknown variable to repeat for',
    bend: (d) => (d.panels[2].repeat = 'host'),
    found: ['dashboard-variable-unknown'],
  },
  {
    name: 'an unknown variable in another variable',
    bend: (d) => (d.templating.list[2].query = 'label_values(app_queue{job="$jobs"}, instance)'),
    found: ['dashboard-variable-unknown'],
  },
  {
    name: 'two variables of one name',
    bend: (d) => d.templating.list.push(d.templating.list[1]),
    found: ['dashboard-variable-name'],
  },
  {
    name: 'a variable renamed',
    bend: (d) => (d.templating.list[1].name = 'jobs'),
    found: ['dashboard-variable-scope', 'dashboard-variable-unknown', 'dashboard-variable-unused'],
  },
  {
    name: 'a variable whose query is none',
    bend: (d) => (d.templating.list[1].query = 'label_value(app_queue, job)'),
    found: ['dashboard-variable-query'],
  },
  {
    name: 'a variable whose query is not closed',
    bend: (d) => (d.templating.list[1].query = 'label_values(app_queue{a="b", job)'),
    found: ['dashboard-variable-query'],
  },
  {
    name: 'a variable with a bad pattern',
    bend: (d) => (d.templating.list[1].regex = '/(/'),
    found: ['dashboard-variable-query'],
  },
  {
    name: 'a variable that does not follow the time range',
    bend: (d) => (d.templating.list[1].refresh = 1),
    found: ['dashboard-variable-refresh'],
  },
  {
    name: 'a variable of one value only',
    bend: (d) => (d.templating.list[1].multi = false),
    found: ['dashboard-variable-scope'],
  },
  {
    name: 'an unknown data source variable',
    bend: (d) => (d.panels[1].datasource.uid = braced('data')),
    found: ['dashboard-datasource'],
  },
  {
    name: 'a variable that is not a data source',
    bend: (d) => (d.panels[1].datasource.uid = braced('job')),
    found: ['dashboard-datasource'],
  },
  {
    name: 'a fixed data source',
    bend: (d) => (d.panels[1].datasource.uid = 'P1809F7CD0C75ACF3'),
    found: ['dashboard-datasource'],
  },
  {
    name: 'a data source of another type',
    bend: (d) => (d.panels[1].datasource.type = 'loki'),
    found: ['dashboard-datasource'],
  },
  { name: 'no data source', bend: (d) => delete d.panels[1].datasource, found: ['dashboard-datasource'] },
  {
    name: 'a target with another data source than its panel',
    bend: (d) => (d.panels[1].targets[0].datasource = { type: 'loki', uid: 'x' }),
    found: ['dashboard-datasource'],
  },
  {
    name: 'no data source variable',
    bend: (d) => {
      d.templating.list.shift()
      for (const p of [...d.panels, ...d.panels.at(-1).panels]) if (p.datasource) p.datasource.uid = 'fixed'
    },
    found: ['dashboard-datasource', 'dashboard-datasource-variable'],
  },
  { name: 'a panel without title', bend: (d) => (d.panels[1].title = ''), found: ['dashboard-panel-text'] },
  {
    name: 'a panel without description',
    bend: (d) => delete d.panels[1].description,
    found: ['dashboard-panel-text'],
  },
  {
    name: 'two panels of one title',
    bend: (d) => (d.panels[1].title = d.panels[2].title),
    found: ['dashboard-panel-title-twice'],
  },
  { name: 'a panel without query', bend: (d) => (d.panels[1].targets = []), found: ['dashboard-no-targets'] },
  {
    name: 'a panel whose queries are hidden',
    bend: (d) => (d.panels[1].targets[0].hide = true),
    found: ['dashboard-no-targets'],
  },
  {
    name: 'an empty query',
    bend: (d) => (d.panels[1].targets[0].expr = ''),
    found: ['dashboard-no-targets'],
  },
  {
    name: 'a query without refId',
    bend: (d) => delete d.panels[1].targets[0].refId,
    found: ['dashboard-refid'],
  },
  {
    name: 'two queries of one refId',
    bend: (d) => d.panels[2].targets.push(d.panels[2].targets[0]),
    found: ['dashboard-refid'],
  },
  { name: 'a panel without type', bend: (d) => delete d.panels[1].type, found: ['dashboard-panel-type'] },
  {
    name: 'a panel of a type that was removed',
    bend: (d) => (d.panels[2].type = 'graph'),
    found: ['dashboard-panel-type'],
  },
  {
    name: 'a panel of an unknown type',
    bend: (d) => (d.panels[2].type = 'timeserie'),
    found: ['dashboard-panel-type'],
  },
  { name: 'no uid', bend: (d) => delete d.uid, found: ['dashboard-uid'] },
  { name: 'a uid that Grafana refuses', bend: (d) => (d.uid = 'a b'), found: ['dashboard-uid'] },
  { name: 'no title', bend: (d) => delete d.title, found: ['dashboard-title'] },
  { name: 'no refresh', bend: (d) => delete d.refresh, found: ['dashboard-refresh'] },
  { name: 'a refresh too fast', bend: (d) => (d.refresh = '1s'), found: ['dashboard-refresh'] },
  { name: 'a refresh that is not a duration', bend: (d) => (d.refresh = '10'), found: ['dashboard-refresh'] },
  { name: 'a dashboard that can be edited', bend: (d) => delete d.editable, found: ['dashboard-editable'] },
  {
    name: 'no unit',
    bend: (d) => delete d.panels[2].fieldConfig.defaults.unit,
    found: ['dashboard-unit-unknown'],
  },
  {
    name: 'an unknown unit',
    bend: (d) => (d.panels[2].fieldConfig.defaults.unit = 'seconds'),
    found: ['dashboard-unit-unknown'],
  },
  {
    name: 'thresholds out of order',
    bend: (d) => d.panels[3].fieldConfig.defaults.thresholds.steps.reverse(),
    found: ['dashboard-thresholds'],
  },
  {
    name: 'thresholds that do not ascend',
    bend: (d) => (d.panels[3].fieldConfig.defaults.thresholds.steps[2].value = 5),
    found: ['dashboard-thresholds'],
  },
  {
    name: 'thresholds without base',
    bend: (d) => (d.panels[3].fieldConfig.defaults.thresholds.steps[0].value = 5),
    found: ['dashboard-thresholds'],
  },
  {
    name: 'a colour that is none',
    bend: (d) => (d.panels[3].fieldConfig.defaults.thresholds.steps[1].color = 'yelow'),
    found: ['dashboard-thresholds'],
  },
  {
    name: 'thresholds beyond the axis',
    bend: (d) => (d.panels[3].fieldConfig.defaults.max = 50),
    found: ['dashboard-thresholds'],
  },
  {
    name: 'thresholds in percent of nothing',
    bend: (d) => (d.panels[3].fieldConfig.defaults.thresholds.mode = 'percentage'),
    found: ['dashboard-thresholds'],
  },
  {
    name: 'a copy of a panel that was only given another title',
    bend: (d) =>
      d.panels.push({
        ...structuredClone(d.panels[3]),
        id: 99,
        title: 'Copy',
        gridPos: { x: 0, y: Math.max(...d.panels.map((p: Json) => p.gridPos.y + p.gridPos.h)), w: 24, h: 8 },
      }),
    found: ['dashboard-panel-twice'],
  },
  {
    name: 'a mapping to nothing',
    bend: (d) => (d.panels[1].fieldConfig.defaults.mappings[0].options = {}),
    found: ['dashboard-mappings'],
  },
  {
    name: 'a mapping of no type',
    bend: (d) => (d.panels[1].fieldConfig.defaults.mappings[0].type = 'values'),
    found: ['dashboard-mappings'],
  },
  {
    name: 'a mapping without text',
    bend: (d) => (d.panels[1].fieldConfig.defaults.mappings[0].options['0'] = {}),
    found: ['dashboard-mappings'],
  },
  {
    name: 'a stat of two queries',
    bend: (d) =>
      d.panels[1].targets.push({ refId: 'B', expr: 'app_queue{job=~"$job",instance=~"$instance"}' }),
    found: ['dashboard-stat-queries'],
  },
  {
    name: 'several series without legend',
    bend: (d) => delete d.panels[2].targets[0].legendFormat,
    found: ['dashboard-legend'],
  },
  {
    name: 'a legend that is hidden',
    bend: (d) => (d.panels[2].options.legend.showLegend = false),
    found: ['dashboard-legend'],
  },
]

describe('checks of dashboards', () => {
  it('find nothing in a clean dashboard of either schema', async () => {
    assert.deepEqual(await findingsOf([cleanClassic(), cleanElements()], catalog), [])
  })

  for (const { name, bend, found } of classic) {
    it(`find ${name}`, async () => {
      const bent = cleanClassic()
      bend(bent)
      const findings = await findingsOf([bent])
      assert.deepEqual(namesOf(findings), [...found].sort(), findings.map(({ reason }) => reason).join('\n'))
    })
  }

  const named: readonly { name: string; bend: (variable: Json) => void }[] = [
    { name: 'labelled otherwise', bend: (v) => (v.label = 'Source') },
    { name: 'without label', bend: (v) => delete v.label },
  ]
  for (const { name, bend } of named) {
    it(`find a data source variable ${name}`, async () => {
      const bent = cleanClassic()
      bend(bent.templating.list[0])
      assert.deepEqual(namesOf(await findingsOf([bent])), ['dashboard-datasource-variable'])
    })
  }

  const more: readonly { name: string; bend: (dashboard: Json) => void; found: readonly string[] }[] = [
    {
      name: 'a legend of a label that the query adds up over',
      bend: (d) => (d.panels[3].targets[0].legendFormat = '{{instance}}'),
      found: ['dashboard-legend-label'],
    },
    {
      name: 'a hidden query that nothing uses',
      bend: (d) => (d.panels[3].targets[1].hide = true),
      found: ['dashboard-hidden-query'],
    },
    {
      name: 'no fault in a hidden query that an expression uses',
      bend: (d) => {
        d.panels[3].targets[1].hide = true
        d.panels[3].targets.push({
          refId: 'C',
          datasource: { type: '__expr__', uid: '__expr__' },
          expression: '$B * 2',
        })
      },
      found: [],
    },
    {
      name: 'a hidden query under a name that no expression may have',
      bend: (d) => {
        d.panels[3].targets[1].hide = true
        d.panels[3].targets[1].refId = '(B'
      },
      found: ['dashboard-hidden-query'],
    },
    {
      name: 'a row that is not as wide as the grid',
      bend: (d) => (d.panels[0].gridPos.w = 23),
      found: ['dashboard-grid', 'dashboard-grid-gap'],
    },
    {
      name: 'a narrow gap at the right',
      bend: (d) => (d.panels[2].gridPos.w = 10),
      found: ['dashboard-grid-gap'],
    },
    {
      name: 'a panel without data source whose queries have one',
      bend: (d) => {
        d.panels[1].targets[0].datasource = d.panels[1].datasource
        delete d.panels[1].datasource
      },
      found: ['dashboard-datasource'],
    },
    {
      name: 'the same query with other thresholds',
      bend: (d) => {
        const copy = structuredClone(d.panels[3])
        Object.assign(copy, { id: 40, title: 'Copy', gridPos: { x: 0, y: 40, w: 24, h: 8 } })
        copy.fieldConfig.defaults.thresholds.steps.pop()
        copy.fieldConfig.defaults.custom = { thresholdsStyle: { mode: 'area' } }
        d.panels[4].panels.push(copy)
        d.panels[4].panels.splice(0, 2)
      },
      found: ['dashboard-same-query'],
    },
  ]
  for (const { name, bend, found } of more) {
    it(`find ${name}`, async () => {
      const bent = cleanClassic()
      bend(bent)
      const findings = await findingsOf([bent])
      assert.deepEqual(namesOf(findings), found, findings.map(({ reason }) => reason).join('\n'))
    })
  }

  const byCatalog: readonly { name: string; bend: (dashboard: Json) => void; found: readonly string[] }[] = [
    {
      name: 'a threshold bent',
      bend: (d) => (d.panels[3].fieldConfig.defaults.thresholds.steps[1].value = 20),
      found: ['dashboard-thresholds-catalog'],
    },
    {
      name: 'a threshold of another colour',
      bend: (d) => (d.panels[3].fieldConfig.defaults.thresholds.steps[1].color = 'orange'),
      found: ['dashboard-thresholds-catalog'],
    },
    {
      name: 'thresholds left out',
      bend: (d) => {
        delete d.panels[3].fieldConfig.defaults.thresholds
        d.panels[3].targets.pop()
      },
      found: ['dashboard-thresholds-catalog'],
    },
    {
      name: 'a state that is not named',
      bend: (d) => (d.panels[1].fieldConfig.defaults.mappings = []),
      found: ['dashboard-mappings-catalog'],
    },
    {
      name: 'one value of a state that is not named',
      bend: (d) => delete d.panels[1].fieldConfig.defaults.mappings[0].options[1],
      found: ['dashboard-mappings-catalog'],
    },
    {
      name: 'a state called otherwise',
      bend: (d) => (d.panels[1].fieldConfig.defaults.mappings[0].options[1].text = 'Up'),
      found: ['dashboard-mappings-catalog'],
    },
    {
      name: 'a state of another colour',
      bend: (d) => (d.panels[1].fieldConfig.defaults.mappings[0].options[1].color = 'red'),
      found: ['dashboard-mappings-catalog'],
    },
    {
      name: 'a duration in milliseconds',
      bend: (d) => (d.panels[2].fieldConfig.defaults.unit = 'ms'),
      found: ['dashboard-unit'],
    },
    {
      name: 'a duration in bytes',
      bend: (d) => (d.panels[2].fieldConfig.defaults.unit = 'bytes'),
      found: ['dashboard-unit'],
    },
    {
      name: 'a duration as a plain number',
      bend: (d) => (d.panels[2].fieldConfig.defaults.unit = 'short'),
      found: ['dashboard-unit'],
    },
    {
      name: 'a number of errors as percent',
      bend: (d) => (d.panels[3].fieldConfig.defaults.unit = 'percent'),
      found: ['dashboard-unit'],
    },
    {
      name: 'a state in seconds',
      bend: (d) => (d.panels[1].fieldConfig.defaults.unit = 's'),
      found: ['dashboard-unit'],
    },
    {
      name: 'a rate as a plain number',
      bend: (d) => (d.panels[4].panels[1].fieldConfig.defaults.unit = 'short'),
      found: ['dashboard-unit'],
    },
    {
      name: 'requests called messages',
      bend: (d) => (d.panels[4].panels[1].fieldConfig.defaults.unit = 'mps'),
      found: ['dashboard-unit-word'],
    },
    {
      name: 'a rate per minute',
      bend: (d) => (d.panels[4].panels[1].fieldConfig.defaults.unit = 'cpm'),
      found: ['dashboard-unit'],
    },
    {
      name: 'a query that ignores the job',
      bend: (d) => (d.panels[4].panels[0].targets[0].expr = 'sum(app_queue{instance=~"$instance"})'),
      found: ['dashboard-target-scope'],
    },
    {
      name: 'a query with another job',
      bend: (d) => (d.panels[4].panels[0].targets[0].expr = 'sum(app_queue{job="x",instance=~"$instance"})'),
      found: ['dashboard-target-scope'],
    },
    {
      name: 'a rate over a fixed range',
      bend: (d) =>
        (d.panels[4].panels[1].targets[0].expr =
          'sum(rate(app_requests_total{job=~"$job",instance=~"$instance"}[5m]))'),
      found: ['dashboard-rate-interval'],
    },
  ]
  for (const { name, bend, found } of byCatalog) {
    it(`find ${name}, given the catalog`, async () => {
      const bent = cleanClassic()
      bend(bent)
      const findings = await findingsOf([bent], catalog)
      assert.deepEqual(namesOf(findings), found, findings.map(({ reason }) => reason).join('\n'))
    })
  }

  const units: readonly { expr: string; fits: readonly string[]; not: readonly string[] }[] = [
    {
      expr: 'a_seconds',
      fits: ['s', 'dtdurations'],
      not: ['ms', 'bytes', 'short', 'percent', 'reqps', 'dateTimeAsIso'],
    },
    { expr: 'a_seconds * 1000', fits: ['ms'], not: ['s', 'm'] },
    { expr: 'a_seconds / 60', fits: ['m'], not: ['s', 'h'] },
    { expr: 'a_bytes', fits: ['bytes', 'decbytes'], not: ['s', 'Bps', 'bits', 'short'] },
    { expr: '8 * a_bytes', fits: ['bits'], not: ['bytes'] },
    { expr: 'a_bytes / 1024 / 1024', fits: ['mbytes'], not: ['bytes', 'decmbytes'] },
    { expr: 'rate(a_bytes_total[5m])', fits: ['Bps', 'binBps'], not: ['bytes', 'bps', 'reqps', 's'] },
    { expr: 'increase(a_bytes_total[5m])', fits: ['bytes'], not: ['Bps', 's'] },
    { expr: 'sum(rate(a_total[5m]))', fits: ['reqps', 'cps', 'ops'], not: ['s', 'percentunit', 'rpm'] },
    { expr: 'sum(rate(a_total[5m])) * 60', fits: ['cpm', 'rpm'], not: ['cps'] },
    { expr: 'sum(increase(a_total[5m]))', fits: ['short', 'none', 'locale'], not: ['s', 'reqps', 'percent'] },
    {
      expr: 'sum(rate(a_total[5m])) / sum(rate(b_total[5m]))',
      fits: ['percentunit'],
      not: ['percent', 'reqps', 's', 'bytes'],
    },
    {
      expr: '100 * sum(rate(a_total[5m])) / sum(rate(b_total[5m]))',
      fits: ['percent'],
      not: ['percentunit'],
    },
    { expr: '1 - a_ratio', fits: ['percentunit'], not: ['percent'] },
    { expr: 'rate(a_seconds_total[5m])', fits: ['percentunit', 'short'], not: ['s', 'percent'] },
    { expr: 'a_ms', fits: ['ms'], not: ['s', 'short'] },
    {
      expr: 'histogram_quantile(0.9, sum by (le) (rate(a_duration_milliseconds_bucket[5m])))',
      fits: ['ms'],
      not: ['s'],
    },
    { expr: 'histogram_quantile(0.9, sum by (le) (rate(a_ms_bucket[5m]))) / 1000', fits: ['s'], not: ['ms'] },
    { expr: 'a_minutes', fits: ['m'], not: ['s', 'h'] },
    { expr: 'a_percent', fits: ['percent'], not: ['percentunit', 's'] },
    { expr: 'a_mb', fits: ['mbytes', 'decmbytes'], not: ['bytes', 'kbytes'] },
    { expr: 'rate(a_bytes_in_total[5m]) * 8', fits: ['bps'], not: ['Bps'] },
    { expr: 'a_visits_per_day', fits: ['short', 's'], not: [] },
    { expr: 'sum(count_over_time(a[1h:30s])) * 30', fits: ['s', 'short'], not: [] },
    {
      expr: 'rate(a_seconds_sum[5m]) / rate(a_seconds_count[5m])',
      fits: ['s'],
      not: ['ms', 'percentunit', 'short'],
    },
    { expr: 'rate(a_bytes_sum[5m]) / rate(a_bytes_count[5m])', fits: ['bytes'], not: ['Bps', 's'] },
    {
      expr: 'histogram_quantile(0.9, sum by (le) (rate(a_seconds_bucket[5m])))',
      fits: ['s'],
      not: ['ms', 'reqps', 'short'],
    },
    {
      expr: 'histogram_quantile(0.9, sum by (le) (rate(a_bytes_bucket[5m]))) > 0',
      fits: ['bytes'],
      not: ['s'],
    },
    { expr: 'time() - a_timestamp_seconds', fits: ['s'], not: ['ms', 'dateTimeAsIso'] },
    { expr: 'a_timestamp_seconds * 1000', fits: ['dateTimeAsIso', 'dateTimeFromNow'], not: ['s', 'ms'] },
    { expr: 'count(a_seconds)', fits: ['short'], not: ['s'] },
    { expr: 'max_over_time(a_seconds[5m:1m])', fits: ['s'], not: ['ms'] },
    { expr: 'clamp_min(a_seconds, 0) or vector(0)', fits: ['s'], not: ['ms'] },
    { expr: 'a_seconds > bool 3', fits: ['none', 'bool_yes_no'], not: ['s'] },
    { expr: 'unheard_of', fits: ['s', 'bytes', 'percent', 'short'], not: [] },
    { expr: 'a_seconds ^ 2', fits: ['s', 'short'], not: [] },
    { expr: '$metric * 1000', fits: ['s', 'short'], not: [] },
  ]
  for (const { expr, fits, not } of units) {
    it(`know the unit of ${expr}`, async () => {
      const wrong: string[] = []
      for (const unit of [...fits, ...not]) {
        const bent = cleanClassic()
        bent.panels[3] = {
          ...bent.panels[3],
          targets: [{ refId: 'A', expr }],
          fieldConfig: { defaults: { unit } },
        }
        if (namesOf(await findingsOf([bent])).includes('dashboard-unit')) wrong.push(unit)
      }
      assert.deepEqual(wrong, not)
    })
  }

  const pairs = [
    { name: 'a dashboard without tags', bend: (b: Json) => (b.tags = []), found: ['dashboard-tags'] },
    { name: 'two dashboards of one uid', bend: (b: Json) => (b.uid = 'clean'), found: ['dashboard-uid'] },
    {
      name: 'two dashboards of one title',
      bend: (b: Json) => (b.title = 'Clean'),
      found: ['dashboard-title'],
    },
    {
      name: 'a link to a dashboard that is not there',
      bend: (b: Json) => (b.links = [{ type: 'link', url: '/d/gone/x' }]),
      found: ['dashboard-link'],
    },
    {
      name: 'no fault in a link to the other',
      bend: (b: Json) => (b.links = [{ type: 'link', url: '/d/clean?orgId=1' }]),
      found: [],
    },
    {
      name: 'a link to a tag that is not there',
      bend: (b: Json) => (b.links = [{ type: 'dashboards', tags: ['gone'] }]),
      found: ['dashboard-link'],
    },
  ]
  for (const { name, bend, found } of pairs) {
    it(`find ${name}`, async () => {
      const other = { ...cleanClassic(), uid: 'other', title: 'Other' }
      bend(other)
      assert.deepEqual(namesOf(await findingsOf([cleanClassic(), other])), found)
    })
  }

  const elements = [
    {
      name: 'an element that the layout leaves out',
      bend: (s: Json) => s.layout.spec.items.pop(),
      found: ['dashboard-element'],
    },
    {
      name: 'an element that does not exist',
      bend: (s: Json) => delete s.elements['panel-2'],
      found: ['dashboard-element', 'dashboard-grid-gap'],
    },
    {
      name: 'an element shown twice',
      bend: (s: Json) => (s.layout.spec.items[1].spec.element.name = 'panel-2'),
      found: ['dashboard-element'],
    },
    {
      name: 'an id used twice',
      bend: (s: Json) => (s.elements['panel-2'].spec.id = 3),
      found: ['dashboard-panel-id'],
    },
    {
      name: 'elements that overlap',
      bend: (s: Json) => (s.layout.spec.items[1].spec.x = 11),
      found: ['dashboard-overlap'],
    },
    {
      name: 'a fixed data source',
      bend: (s: Json) => (s.elements['panel-2'].spec.data.spec.queries[0].spec.query.datasource.name = 'x'),
      found: ['dashboard-datasource'],
    },
    { name: 'no title', bend: (s: Json) => (s.title = ''), found: ['dashboard-title'] },
    {
      name: 'an unknown unit',
      bend: (s: Json) => (s.elements['panel-3'].spec.vizConfig.spec.fieldConfig.defaults.unit = 'seconds'),
      found: ['dashboard-unit-unknown'],
    },
    {
      name: 'a mapping to nothing',
      bend: (s: Json) =>
        (s.elements['panel-2'].spec.vizConfig.spec.fieldConfig.defaults.mappings[0].options = {}),
      found: ['dashboard-mappings'],
    },
    {
      name: 'a variable that nothing uses',
      bend: (s: Json) => s.variables.push({ kind: 'ConstantVariable', spec: { name: 'x' } }),
      found: ['dashboard-variable-unused'],
    },
  ]
  for (const { name, bend, found } of elements) {
    it(`find ${name} in schema v2`, async () => {
      const bent = cleanElements()
      bend(bent.spec)
      const findings = await findingsOf([bent])
      assert.deepEqual(
        namesOf(findings).filter((check) => check !== 'dashboard-legend'),
        found,
        findings.map(({ reason }) => reason).join('\n'),
      )
    })
  }

  it('names ten of the panels that lie on a panel', async () => {
    const bent = cleanClassic()
    const [row, panel] = bent.panels
    bent.panels = [
      row,
      ...Array.from({ length: 30 }, (_, at) => ({ ...panel, id: at + 10, title: `T${at}` })),
    ]
    const overlaps = (await findingsOf([bent])).filter(({ check }) => check === 'dashboard-overlap')
    assert.equal(overlaps.filter(({ reason }) => reason.endsWith('covers part of "T0".')).length, 10)
    assert.equal(overlaps.length, 20 * 10 + (9 * 10) / 2)
  })
})

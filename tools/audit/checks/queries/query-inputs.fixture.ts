import { readDashboard } from '../../../dashboards/read.ts'
import { buildInventory } from '../../../metrics/build-inventory.ts'
import type { DeclaredMetric } from '../../../metrics/declared-metric.ts'
import { readRules } from '../../../rules/read.ts'
import type { Family } from '../../../scrape/scrape.ts'
import type { AuditInputs } from '../../check.ts'

/** Panels and rules over a few metrics of every type, for the tests of the checks. */
export function inputsOf({
  panels = [],
  rules = '',
  withScrape = false,
}: {
  readonly panels?: readonly PanelSketch[]
  /** The groups of a rule file, or the rules of a single group. */
  readonly rules?: string
  /** Histograms were seen with buckets. */
  readonly withScrape?: boolean
}): AuditInputs {
  const dashboard = {
    uid: 'd',
    title: 'D',
    schemaVersion: 39,
    templating: {
      list: [{ name: 'job', type: 'query', query: 'label_values(up, job)', multi: true, includeAll: true }],
    },
    panels: panels.map(({ type = 'timeseries', title = 'T', unit, targets }, index) => ({
      id: index + 1,
      type,
      title,
      datasource: { type: 'prometheus', uid: 'p' },
      fieldConfig: { defaults: { unit } },
      gridPos: { x: 0, y: index * 8, w: 12, h: 8 },
      targets: targets.map(({ expr, legend }, at) => ({ refId: 'ABCDE'[at], expr, legendFormat: legend })),
    })),
  }
  const text = rules.trimStart().startsWith('groups:')
    ? rules
    : `groups:\n- name: g\n  rules:\n${rules.replaceAll(/^/gm, '  ')}`
  const part = {
    catalog: { metrics },
    source: undefined,
    targets: withScrape
      ? [{ url: 'http://x', scrapes: [{ atMs: undefined, families: scraped, problems: [] }] }]
      : [],
    dashboards:
      panels.length === 0 ? [] : [readDashboard({ file: 'd.json', text: JSON.stringify(dashboard) })],
    rules: rules === '' ? [] : [readRules({ file: 'r.yaml', text })],
    prometheus: undefined,
  }
  return { ...part, inventory: buildInventory(part) }
}

export interface PanelSketch {
  readonly type?: string
  readonly title?: string
  readonly unit?: string
  readonly targets: readonly { readonly expr: string; readonly legend?: string }[]
}

const metrics: readonly DeclaredMetric[] = [
  metric('events_total', 'counter', { type: ['commit', 'sync', 'identity'] }),
  metric('errors_total', 'counter', { type: ['commit', 'sync', 'identity'], reason: ['network', 'timeout'] }),
  metric('http_requests_total', 'counter', { method: undefined, status: undefined }),
  metric('queue_depth', 'gauge', {}, '{job}'),
  metric('lag_seconds', 'gauge', {}, 's'),
  metric('connected', 'gauge', {}),
  metric('cache_hit_ratio', 'gauge', {}, '1'),
  metric('duration_seconds', 'histogram', { op: ['get', 'put'] }, 's'),
  metric('wait_seconds', 'histogram', { op: ['get', 'put'] }, 's'),
  metric('rpc_seconds', 'summary', { op: ['get', 'put'] }, 's'),
  metric('last_run_timestamp_seconds', 'gauge', {}, 's'),
]

function metric(
  name: string,
  type: DeclaredMetric['type'],
  labels: Readonly<Record<string, readonly string[] | undefined>>,
  unit = '',
): DeclaredMetric {
  return {
    name,
    type,
    unit,
    help: 'Help.',
    labels: new Map(Object.entries(labels)),
    file: 'c',
    line: 1,
    recordings: undefined,
  }
}

const scraped: ReadonlyMap<string, Family> = new Map(
  ['duration_seconds', 'wait_seconds'].map((name) => {
    const samples = ['0.1', '0.5', '1.0', '+Inf'].map((le) => ({
      name: `${name}_bucket`,
      labels: new Map([
        ['le', le],
        ['op', 'get'],
      ]),
      value: 1,
      line: 2,
    }))
    return [name, { name, type: 'histogram', help: 'Help.', unit: 's', line: 1, samples }] as const
  }),
)

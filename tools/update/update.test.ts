import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dashboardChecks } from '../audit/checks/dashboards/dashboard-checks.ts'
import type { Dashboard, DashboardPanel } from '../dashboards/dashboard.ts'
import { boxesByGrid } from '../dashboards/grid.ts'
import { readDashboard } from '../dashboards/read.ts'
import { cleanElements } from '../dashboards/testing/clean.ts'
import { variedDashboards } from '../dashboards/testing/varied.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { updateDashboard } from './update.ts'

const metric = (
  name: string,
  type: DeclaredMetric['type'],
  more: Partial<DeclaredMetric> = {},
): DeclaredMetric => ({
  name,
  type,
  help: `Help of ${name}.`,
  unit: undefined,
  labels: new Map(),
  file: 'catalog',
  line: 1,
  recordings: undefined,
  ...more,
})

/** Those that the varied dashboards show, and as many that they do not. */
const metrics: readonly DeclaredMetric[] = [
  metric('http_requests_total', 'counter'),
  metric('http_fetch_errors_total', 'counter'),
  metric('http_parse_errors_total', 'counter'),
  metric('http_verify_errors_total', 'counter'),
  metric('http_incoming_queue', 'gauge'),
  metric('http_outgoing_queue', 'gauge'),
  metric('http_request_duration_seconds', 'histogram', { labels: new Map([['method', ['GET', 'POST']]]) }),
  metric('http_response_size_bytes', 'histogram'),
  metric('http_received_bytes_total', 'counter'),
  metric('http_open_connections', 'gauge'),
  metric('http_connected', 'gauge', {
    meanings: [
      { value: 0, text: 'Disconnected', severity: 'critical' },
      { value: 1, text: 'Connected', severity: 'ok' },
    ],
  }),
  metric('db_queries_total', 'counter', { labels: new Map([['operation', ['get', 'put']]]) }),
  metric('db_connect_errors_total', 'counter'),
  metric('db_query_errors_total', 'counter', { thresholds: { warning: 10, critical: 100 } }),
  metric('db_connections', 'gauge', { thresholds: { warning: 5, critical: 1, bad: 'below' } }),
  metric('jobs_pending', 'gauge'),
  metric('jobs_dead_total', 'counter'),
  metric('jobs_age_seconds', 'gauge'),
  metric('jobs_last_run_timestamp_seconds', 'gauge'),
  metric('app_queue', 'gauge'),
  metric('app_pool_ratio', 'gauge'),
  metric('app_duration_seconds', 'histogram'),
  metric('unheard_of_things_total', 'counter'),
  metric('unheard_of_quantiles', 'summary'),
  metric('secret_level', 'gauge', { noPanel: 'It is of no use to anybody.' }),
]

const update = (text: string, only?: readonly string[]) =>
  updateDashboard({ file: 'd.json', text, metrics, ...(only && { only }) })

const read = (text: string) => readDashboard({ file: 'd.json', text })

/** Pairs of panels that cover each other. */
function overlapsOf(dashboard: Dashboard): string[] {
  return boxesByGrid(dashboard).flatMap((boxes) =>
    boxes.flatMap((a, index) =>
      boxes
        .slice(index + 1)
        .filter(
          ({ grid: b }) =>
            a.grid.x < b.x + b.w &&
            b.x < a.grid.x + a.grid.w &&
            a.grid.y < b.y + b.h &&
            b.y < a.grid.y + a.grid.h,
        )
        .map((b) => `${a.title} × ${b.title}`),
    ),
  )
}

/** What the audit finds; without what it finds of panels that were there before, which others beside them may bring out. */
async function findingCounts(
  text: string,
  old: ReadonlySet<string> = new Set(),
): Promise<Map<string, number>> {
  const inputs: Inputs = {
    catalog: { metrics },
    source: undefined,
    targets: [],
    dashboards: [read(text)],
    rules: [],
    prometheus: undefined,
    inventory: { metrics: new Map(), isComplete: false, ofSeries: () => undefined },
  }
  const counts = new Map<string, number>()
  for (const check of dashboardChecks) {
    for (const finding of await check.run(inputs)) {
      // A query beside others takes its rate over the same range as they do.
      if (finding.check === 'dashboard-rate-interval' || old.has(finding.place.panel ?? '')) continue
      const key = `${finding.check} ${finding.level}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}

/** Whether `whole` is `part` with something inserted, and nothing else. */
function isInsertedInto(part: string, whole: string): boolean {
  let at = 0
  for (const character of whole) if (character === part[at]) at += 1
  return at === part.length
}

/** Takes out of parsed JSON what was added, which has to leave the original. */
function withoutAdditions(before: unknown, after: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(after)) {
    const kept: unknown[] = []
    let at = 0
    for (const each of before) {
      while (at < after.length && !isSame(each, after[at])) at += 1
      kept.push(withoutAdditions(each, after[at]))
      at += 1
    }
    return kept
  }
  if (typeof before === 'object' && before !== null && typeof after === 'object' && after !== null) {
    const entries = Object.entries(before).map(([key, value]) => [
      key,
      withoutAdditions(value, (after as Record<string, unknown>)[key]),
    ])
    return Object.fromEntries(entries)
  }
  return after
}

/** Panels are told by id, items of layouts by element, all else by value. */
function isSame(a: unknown, b: unknown): boolean {
  const keyOf = (value: unknown) => {
    const { id, spec, refId, title } = (value ?? {}) as Record<string, unknown>
    const { element, refId: inSpec, title: ofRow } = (spec ?? {}) as Record<string, unknown>
    return JSON.stringify([
      id,
      refId,
      inSpec,
      (element as { name?: string })?.name,
      id === undefined ? title : 0,
      ofRow,
    ])
  }
  return typeof a === 'object' && a !== null ? keyOf(a) === keyOf(b) : a === b
}

const canonical = (text: string) => {
  const indent = /^\ufeff?\{\r?\n([ \t]+)/.exec(text)?.[1]
  const body = JSON.stringify(JSON.parse(text.replace(/^\ufeff/, '')), null, indent)
  const written = text.includes('\r\n') ? body.replaceAll('\n', '\r\n') : body
  return (text.startsWith('\ufeff') ? '\ufeff' : '') + written + (text.endsWith('\n') ? '\n' : '')
}

describe('updateDashboard', () => {
  const names = metrics.filter(({ noPanel }) => noPanel === undefined).map(({ name }) => name)
  // Every tenth subset by a fixed walk, and all at once.
  const subsets = [
    names,
    ...Array.from({ length: 8 }, (_, seed) =>
      names.filter((_name, index) => ((index + 1) * (seed + 3) * 7) % 5 < 2),
    ),
  ]

  for (const { name, text } of variedDashboards) {
    for (const [index, only] of subsets.entries()) {
      it(`adds to a dashboard: ${name} (${index})`, async () => {
        const { text: after, additions } = update(text, only)
        const [old, now] = [read(text), read(after)]

        const ids = [...now.panels, ...now.rows.filter(({ grid }) => grid !== undefined)].map(({ id }) => id)
        assert.equal(new Set(ids).size, ids.length, 'ids are unique')
        assert.deepEqual(overlapsOf(now), overlapsOf(old), 'nothing overlaps')
        const again = update(after, only)
        assert.equal(again.text, after, 'a second run changes nothing')
        assert.equal(again.additions.length, 0)
        assert.ok(isInsertedInto(text, after), 'nothing is taken away')
        assert.deepEqual(
          withoutAdditions(JSON.parse(text.replace(/^\ufeff/, '')), JSON.parse(after.replace(/^\ufeff/, ''))),
          JSON.parse(text.replace(/^\ufeff/, '')),
        )
        if (canonical(text) === text) assert.equal(after, canonical(after), 'it is written as the file is')

        const shown = now.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr ?? '')).join('\n')
        for (const each of only)
          assert.match(shown, new RegExp(`\\b${each}(_bucket)?\\b`), `${each} is shown`)
        const lines = after.split('\n')
        for (const { line, metric, queries } of additions) {
          assert.ok(lines[line - 1] !== undefined)
          const rest = lines.slice(line - 1).join('\n')
          assert.ok(
            rest.includes(JSON.stringify(queries[0]?.expr).slice(1, -1)),
            `${metric.name} stands at line ${line}`,
          )
        }
        const places = (panels: readonly DashboardPanel[]) =>
          new Set(panels.map(({ within, title }) => [...within, title].join(' / ')))
        const others = places(old.panels)
        const whole = ({ description, targets }: DashboardPanel) =>
          description !== undefined && targets.every(({ legend }) => legend !== undefined)
        for (const place of places(additions.map(({ panel }) => panel).filter(whole))) others.delete(place)
        const [before, then] = [await findingCounts(text), await findingCounts(after, others)]
        for (const [key, count] of then) {
          assert.ok(count <= (before.get(key) ?? 0), `no more ${key}: ${count} after ${before.get(key) ?? 0}`)
        }
      })
    }
  }

  it('leaves a dashboard alone that shows everything', () => {
    const { text } = update(variedDashboards[0]?.text ?? '')
    assert.equal(update(text).text, text)
  })

  it('says where a dashboard has no place for panels', () => {
    const dashboard = cleanElements()
    dashboard.spec.layout = { kind: 'GridLayout', spec: {} }
    assert.throws(() => update(JSON.stringify(dashboard)), {
      type: 'usage',
      message: /^d\.json: it has no spec\.layout\.spec\.\w+ to add a panel to; add that, as Grafana would$/,
    })
  })

  it('adds no more panels than somebody can look at', () => {
    const many = Array.from({ length: 1001 }, (_, at) => metric(`m${at}`, 'gauge'))
    const add = () =>
      updateDashboard({ file: 'd.json', text: variedDashboards[0]?.text ?? '', metrics: many })
    assert.throws(add, {
      type: 'usage',
      message:
        'd.json: 1001 metrics are on no panel, more than anybody can look at (limit 1000); choose some with --metrics',
    })
  })

  it('adds the fewer panels at once the more there are', () => {
    const many = Array.from({ length: 400 }, (_, at) => metric(`m${at}`, 'gauge'))
    const panels = Array.from({ length: 4000 }, (_, id) => ({ id, type: 'text', title: `T${id}` }))
    assert.throws(
      () => updateDashboard({ file: 'd.json', text: JSON.stringify({ title: 'D', panels }), metrics: many }),
      {
        type: 'usage',
        message:
          'd.json: 400 metrics are on no panel, more than anybody can look at (limit 333); choose some with --metrics',
      },
    )
  })

  it('respects a reason for having no panel, unless the metric is asked for', () => {
    const text = variedDashboards[0]?.text ?? ''
    assert.doesNotMatch(update(text).text, /secret_level/)
    assert.match(update(text, ['secret_level']).text, /secret_level/)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parser } from '@prometheus-io/lezer-promql'
import { components } from '../../../../src/catalog/catalog.ts'
import { defaultSettings } from '../../../../tools/catalog-file/overrides.ts'
import { gridWidth } from '../../../../tools/generate/dashboards/arrange.ts'
import { dashboardFiles } from '../../../../tools/generate/dashboards/dashboards.ts'
import { panelsOf } from '../../../../tools/generate/dashboards/plan.ts'
import { shownMetrics } from '../../../../tools/generate/dashboards/shown-metrics.ts'
import type { DashboardFile } from './grafana-schema.fixture.ts'

const files = Object.entries(dashboardFiles(components, defaultSettings))
const dashboards = files.map(([path, text]) => ({ path, dashboard: JSON.parse(text) as DashboardFile }))

describe('the generated dashboards', () => {
  it('show every metric of the catalog, or the catalog says why not', () => {
    const shown = new Set([...panelsOf(components).values()].flat().flatMap(shownMetrics))
    for (const metric of components.flatMap(({ metrics }) => metrics))
      assert.notEqual(shown.has(metric), metric.noPanel !== undefined, metric.name)
  })

  it('are one for each component and an overview, each under its own address', () => {
    const uids = dashboards.map(({ dashboard }) => dashboard.uid)
    assert.deepEqual(uids, ['tidegauge-overview', ...components.map(({ name }) => `tidegauge-${name}`)])
  })

  it('come out the same every time', () =>
    assert.deepEqual(files, Object.entries(dashboardFiles(components, defaultSettings))))
})

for (const { path, dashboard } of dashboards) {
  const panels = dashboard.panels.filter((panel) => panel.type !== 'row')
  const queries = panels.flatMap(({ title, description, targets }) =>
    targets.map(({ expr = '' }) => ({ title, description, expr })),
  )

  describe(path, () => {
    it('has ids and titles that differ', () => {
      const ids = dashboard.panels.map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length)
      assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length)
    })

    it('fills its grid without holes and overlaps', () => {
      const cells = new Set<string>()
      let bottom = 0
      for (const { gridPos } of dashboard.panels) {
        assert.ok(gridPos)
        bottom = Math.max(bottom, gridPos.y + gridPos.h)
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            assert.ok(!cells.has(`${x},${y}`), `two panels at ${x},${y}`)
            cells.add(`${x},${y}`)
          }
      }
      assert.equal(cells.size, bottom * gridWidth)
    })

    it('stands under rows that each have panels below', () => {
      const kinds = dashboard.panels.map(({ type }) => type)
      assert.equal(kinds[0], 'row')
      assert.doesNotMatch(kinds.join(' '), /row row|row$/)
    })

    it('says what every panel shows', () => {
      for (const { title, description } of panels) assert.ok(title && description.endsWith('.'), title)
    })

    it('asks in PromQL, for the chosen jobs and instances, with a range that Grafana fits', () => {
      assert.notEqual(queries.length, 0)
      for (const { title, description, expr } of queries) {
        const filled = expr
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('$__range', '1h')
          .replaceAll('$job', '.+')
          .replaceAll('$instance', '.+')
        assert.doesNotMatch(filled, /\$/, title)
        let selectors = 0
        parser.parse(filled).iterate({
          enter({ type, name, from, to }) {
            assert.ok(!type.isError, `${title}: ${filled}`)
            if (name !== 'VectorSelector') return
            selectors++
            assert.match(filled.slice(from, to), /\{job=~"\.\+", instance=~"\.\+"[,}]/, title)
          },
        })
        assert.notEqual(selectors, 0, title)
        for (const [, call, range] of expr.matchAll(/\b(rate|irate|increase)\([^[]*\[([^\]]*)\]/g))
          assert.equal(range, call === 'increase' ? windowOf(description) : '$__rate_interval', title)
      }
    })

    it('asks the data source that the reader has chosen', () => {
      const chosen = { type: 'prometheus', uid: '$datasource' }
      for (const { datasource, targets } of panels) {
        assert.deepEqual(datasource, chosen)
        for (const target of targets) assert.deepEqual(target.datasource, chosen)
      }
    })

    it('lets the reader choose data source, jobs and instances', () => {
      const [datasource, ...labels] = dashboard.templating.list
      assert.deepEqual(
        [datasource?.name, datasource?.label, datasource?.query],
        ['datasource', 'Data source', 'prometheus'],
      )
      assert.deepEqual(
        labels.map(({ name, label, type, multi, includeAll, allValue, refresh }) => ({
          name,
          label,
          type,
          multi,
          includeAll,
          allValue,
          refresh,
        })),
        [['job', 'Job'] as const, ['instance', 'Instance'] as const].map(([name, label]) => ({
          name,
          label,
          type: 'query',
          multi: true,
          includeAll: true,
          allValue: '.+',
          refresh: 2,
        })),
      )
    })

    it('shows the last hour, again every 10 s, and leads to the others', () => {
      assert.equal(dashboard.refresh, '10s')
      assert.deepEqual(dashboard.time, { from: 'now-1h', to: 'now' })
      assert.equal(dashboard.editable, false)
      assert.ok(dashboard.tags?.includes('tidegauge'))
      const [overview, others] = dashboard.links ?? []
      assert.equal(overview?.url, '/d/tidegauge-overview')
      assert.deepEqual([others?.type, others?.tags], ['dashboards', ['tidegauge']])
      for (const link of dashboard.links ?? []) assert.ok(link.keepTime && link.includeVars)
    })

    it('gives numbers small panels and graphs large ones', () => {
      for (const { type, title, gridPos } of panels) assert.equal(gridPos?.h, type === 'stat' ? 4 : 8, title)
    })

    it('asks for one moment where no course of time is shown', () => {
      for (const { type, title, targets } of panels)
        for (const { expr = '', instant = false, range = false } of targets) {
          assert.equal(instant, expr.includes('$__range') || type === 'bargauge', title)
          assert.equal(range, !instant, title)
        }
    })

    it('asks one thing per number', () => {
      for (const { type, title, targets } of panels)
        if (type === 'stat') assert.equal(targets.length, 1, title)
    })
  })
}

describe('numbers on the overview', () => {
  const titles = components.map(({ title }) => `${title}: `)
  for (const panel of dashboards[0]?.dashboard.panels ?? [])
    if (panel.type === 'stat')
      it(`say of which component they are: ${panel.title}`, () =>
        assert.ok(titles.some((title) => panel.title.startsWith(title))))
})

describe('links of panels on the overview', () => {
  const uids = new Set(dashboards.map(({ dashboard }) => dashboard.uid))
  const overview = dashboards[0]?.dashboard.panels ?? []
  for (const panel of overview.filter(({ type }) => type !== 'row'))
    it(`lead from "${panel.title}" to a dashboard that exists`, () => {
      const [link] = 'links' in panel ? (panel.links ?? []) : []
      assert.ok(uids.has(/^\/d\/([\w-]+)\?/.exec(link?.url ?? '')?.[1]), link?.url)
    })
})

/** The time over which a panel counts: what is shown, or as long as it says. */
function windowOf(description: string): string {
  const [, minutes] = /, in (\d+) minutes each\.$/.exec(description) ?? []
  return minutes === undefined ? '$__range' : `${minutes}m`
}

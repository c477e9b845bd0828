import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Estate {
  readonly dashboards: number
  readonly panels: number
  readonly ruleFiles: number
  readonly alerts: number
  readonly series: number
}

const counters = 60
const gauges = 30
const histograms = 10
const bounds = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, '+Inf']
const perHistogram = bounds.length + 2

/** Writes the dashboards, rules and scrape of a large service into a folder. */
export async function writeEstate(dir: string, size: Estate): Promise<void> {
  await writeFile(join(dir, 'scrape.txt'), scrape(size.series))
  for (let index = 0; index < size.dashboards; index++)
    await writeFile(join(dir, `dashboard-${index}.json`), dashboard(index, size.panels))
  for (let index = 0; index < size.ruleFiles; index++)
    await writeFile(join(dir, `rules-${index}.yaml`), rules(index, size.alerts))
}

/** Two thirds of the series are those of counters, the rest those of histograms. */
function scrape(series: number): string {
  const lines: string[] = []
  const inHistograms = Math.floor(series / 3 / histograms / perHistogram)
  const inOthers = Math.floor((series * 2) / 3 / (counters + gauges))
  for (let index = 0; index < counters + gauges; index++) {
    const isCounter = index < counters
    const name = isCounter ? `shop_orders_${index}_total` : `shop_queue_${index}`
    lines.push(`# HELP ${name} What part ${index} of the shop has done.`)
    lines.push(`# TYPE ${name} ${isCounter ? 'counter' : 'gauge'}`)
    for (let one = 0; one < inOthers; one++)
      lines.push(`${name}{branch="b${one % 40}",shelf="s${Math.floor(one / 40)}"} ${one + 1}`)
  }
  for (let index = 0; index < histograms; index++) {
    const name = `shop_step_${index}_duration_seconds`
    lines.push(`# HELP ${name} How long step ${index} takes.`, `# TYPE ${name} histogram`)
    for (let one = 0; one < inHistograms; one++) {
      const labels = `branch="b${one % 40}",shelf="s${Math.floor(one / 40)}"`
      for (const [at, le] of bounds.entries()) lines.push(`${name}_bucket{${labels},le="${le}"} ${at + 1}`)
      lines.push(`${name}_sum{${labels}} 12.5`, `${name}_count{${labels}} ${bounds.length}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** No two dashboards ask the same, as in the worst estate; hardly any panel, either. */
function queries(dashboard: number, panel: number): readonly string[] {
  const index = dashboard + panel
  const own = `branch=~"b${panel}.*",shelf!="s${dashboard}"`
  const counter = `shop_orders_${index % counters}_total`
  const histogram = `shop_step_${index % histograms}_duration_seconds`
  return [
    `sum by (branch) (rate(${counter}{job="$job",${own}}[$__rate_interval]))`,
    `histogram_quantile(0.95, sum by (le) (rate(${histogram}_bucket{job="$job",${own}}[$__rate_interval])))`,
    `max by (shelf) (shop_queue_${counters + (index % gauges)}{job="$job",${own}})`,
  ]
}

function dashboard(index: number, panels: number): string {
  const datasource = { type: 'prometheus', uid: '$datasource' }
  return JSON.stringify({
    uid: `shop-${index}`,
    title: `Shop ${index}`,
    schemaVersion: 41,
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        { name: 'job', type: 'query', datasource, query: 'label_values(up, job)', refresh: 2 },
      ],
    },
    panels: Array.from({ length: panels }, (_, panel) => ({
      id: panel + 1,
      type: 'timeseries',
      title: `Part ${panel}`,
      description: `What part ${panel} does.`,
      datasource,
      gridPos: { x: (panel % 3) * 8, y: Math.floor(panel / 3) * 8, w: 8, h: 8 },
      fieldConfig: { defaults: { unit: 'short' }, overrides: [] },
      targets: queries(index, panel).map((expr, at) => ({
        refId: String.fromCharCode(65 + at),
        expr,
        datasource,
      })),
    })),
  })
}

function rules(index: number, alerts: number): string {
  const rule = (alert: number) => `      - alert: ShopSlow${index}_${alert}
        expr: sum by (branch) (rate(shop_orders_${(index + alert) % counters}_total[5m])) > ${alert}
        for: 10m
        labels: { severity: warning }
        annotations:
          summary: Part ${alert} of the shop is slow.
          runbook_url: https://example.org/runbooks/shop
`
  return `groups:\n  - name: shop-${index}\n    rules:\n${Array.from({ length: alerts }, (_, alert) => rule(alert)).join('')}`
}

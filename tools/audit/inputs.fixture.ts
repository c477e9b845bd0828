import { readDashboard } from '../dashboards/read.ts'
import { buildInventory } from '../metrics/build-inventory.ts'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { readRules } from '../rules/read.ts'
import { parseScrape } from '../scrape/parse.ts'
import type { Prometheus } from '../server/server.ts'
import type { AuditInputs, Check } from './check.ts'
import type { Finding } from './finding.ts'

/** AuditInputs as they would be read, from texts. */
export interface InputTexts {
  /** Scrapes of one target, in order of time. */
  readonly scrapes?: readonly string[]
  readonly catalog?: readonly (Partial<DeclaredMetric> & Pick<DeclaredMetric, 'name'>)[]
  readonly source?: readonly (Partial<DeclaredMetric> & Pick<DeclaredMetric, 'name'>)[]
  /** Queries, each of a panel of its own. */
  readonly panels?: readonly string[]
  readonly rules?: string
  readonly prometheus?: Prometheus
}

export function inputsOf({
  scrapes = [],
  catalog,
  source,
  panels,
  rules,
  prometheus,
}: InputTexts): AuditInputs {
  const read = {
    catalog: catalog && {
      metrics: catalog.map((metric) => ({ ...declared, file: 'catalog.yaml', ...metric })),
    },
    source: source && {
      metrics: source.map((metric) => ({ ...declared, file: 'src/app.ts', recordings: [], ...metric })),
    },
    targets:
      scrapes.length > 0 ? [{ url: 'scrape.txt', scrapes: scrapes.map((text) => parseScrape(text)) }] : [],
    dashboards: panels ? [readDashboard({ file: 'dashboard.json', text: dashboardText(panels) })] : [],
    rules: rules === undefined ? [] : [readRules({ file: 'rules.yaml', text: rules })],
    prometheus,
  }
  return { ...read, inventory: buildInventory(read) }
}

/** Level and subject of each finding of a check. */
export async function found(check: Check, texts: InputTexts): Promise<readonly string[]> {
  const findings: readonly Finding[] = [...(await check.run(inputsOf(texts)))]
  return findings.map(({ level, subject }) => `${level} ${subject}`)
}

const declared: DeclaredMetric = {
  name: '',
  type: 'counter',
  help: 'What it is.',
  unit: undefined,
  labels: new Map(),
  file: '',
  line: 7,
  recordings: undefined,
}

function dashboardText(queries: readonly string[]): string {
  return JSON.stringify({
    uid: 'shop',
    title: 'Shop',
    schemaVersion: 41,
    panels: queries.map((expr, index) => ({
      id: index + 1,
      type: 'timeseries',
      title: `Panel ${index + 1}`,
      gridPos: { x: 0, y: index, w: 24, h: 1 },
      targets: [{ refId: 'A', expr }],
    })),
  })
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, runAudit } from '@tidegauge/tools'
import { components } from './catalog.ts'

export interface OwnAuditOptions {
  /** Where the metrics are scraped; undefined where they are not exposed. */
  readonly scrape: string | undefined
  /** Bearer token of scrapes. @default none */
  readonly token?: string | undefined
  /** Folder with dashboards, and rules in `alerts`, as `generate` writes them. Looked at where there is one. */
  readonly dashboards: string
}

export interface OwnAudit {
  readonly findings: readonly OwnFinding[]
  /** What was looked at, in words. */
  readonly looked: readonly string[]
  /** What could not be read. */
  readonly problems: readonly string[]
}

export interface OwnFinding extends Omit<Finding, 'place'> {
  readonly where: string
}

/** Makes the audit of this service as it runs. Who asks while one is under way gets the same. */
export function createOwnAudit(options: OwnAuditOptions): () => Promise<OwnAudit> {
  let running: Promise<OwnAudit> | undefined
  return () => {
    running ??= auditOwn(options).finally(() => {
      running = undefined
    })
    return running
  }
}

async function auditOwn({ scrape, token, dashboards }: OwnAuditOptions): Promise<OwnAudit> {
  const hasDashboards = existsSync(dashboards)
  const { findings, problems, inputs } = await runAudit({
    catalog: { file: 'src/catalog/catalog.ts', components, command: 'tidegauge generate' },
    ...(scrape !== undefined && { scrape: [scrape] }),
    ...(token !== undefined && { scraping: { headers: { Authorization: `Bearer ${token}` } } }),
    ...(hasDashboards && {
      dashboards: [join(dashboards, '*.json')],
      rules: [join(dashboards, 'alerts', '*.yaml')],
    }),
  })
  return {
    findings: findings.map(({ place, ...finding }) => ({ ...finding, where: placeInWords(place) })),
    looked: [
      `the catalog: ${inputs.catalog} metrics`,
      ...inputs.targets.map(
        ({ url, metrics, series }) => `a scrape of ${url}: ${metrics} metrics, ${series} series`,
      ),
      ...(hasDashboards ? [`${inputs.dashboards} dashboards and ${inputs.ruleFiles} files of rules`] : []),
    ],
    problems,
  }
}

function placeInWords({ file, line, panel, rule }: Finding['place']): string {
  const within = panel ?? rule
  return `${file}${line === undefined ? '' : `:${line}`}${within === undefined ? '' : ` (${within})`}`
}

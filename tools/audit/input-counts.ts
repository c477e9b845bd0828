import type { AuditInputs } from './check.ts'

/** What an audit has covered, in numbers. */
export interface InputCounts {
  readonly catalog: number | undefined
  readonly source: number | undefined
  readonly targets: readonly {
    readonly url: string
    readonly scrapes: number
    readonly metrics: number
    readonly series: number
  }[]
  readonly dashboards: number
  readonly panels: number
  readonly ruleFiles: number
  readonly alerts: number
  readonly recordings: number
  readonly prometheus: string | undefined
}

export function countInputs({
  catalog,
  source,
  targets,
  dashboards,
  rules,
  prometheus,
}: AuditInputs): InputCounts {
  const all = rules.flatMap(({ groups }) => groups.flatMap((group) => group.rules))
  return {
    catalog: catalog?.metrics.length,
    source: source?.metrics.length,
    targets: targets.map(({ url, scrapes }) => {
      const families = [...(scrapes.at(-1)?.families.values() ?? [])]
      const series = families.reduce((sum, { samples }) => sum + samples.length, 0)
      return { url, scrapes: scrapes.length, metrics: families.length, series }
    }),
    dashboards: dashboards.length,
    panels: dashboards.reduce((sum, { panels }) => sum + panels.length, 0),
    ruleFiles: rules.length,
    alerts: all.filter(({ kind }) => kind === 'alert').length,
    recordings: all.filter(({ kind }) => kind === 'record').length,
    prometheus: prometheus?.url,
  }
}

/** What was audited, in words: `the scrape of URL (83 metrics, 412 series)`, … */
export function inputsInWords(counts: InputCounts): readonly string[] {
  const { catalog, source, targets, dashboards, panels, ruleFiles, alerts, recordings, prometheus } = counts
  const words = targets.map(
    ({ url, scrapes, metrics, series }) =>
      `${scrapes === 1 ? 'the scrape of' : `${scrapes} scrapes ${/^https?:/.test(url) ? 'of' : 'up to'}`} ${url} (${counted(metrics, 'metric')}, ${series.toLocaleString('en')} series)`,
  )
  if (catalog !== undefined) words.push(`the catalog (${counted(catalog, 'metric')})`)
  if (source !== undefined) words.push(`the source (${counted(source, 'metric')} declared)`)
  if (dashboards > 0) words.push(`${counted(dashboards, 'dashboard')} (${counted(panels, 'panel')})`)
  if (ruleFiles > 0)
    words.push(
      `${counted(ruleFiles, 'rule file')} (${counted(alerts, 'alert')}, ${counted(recordings, 'recording')})`,
    )
  if (prometheus !== undefined) words.push(`the Prometheus at ${prometheus}`)
  return words
}

/** `1 panel`, `2 panels`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

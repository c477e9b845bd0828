import { latestFamilies } from '../../../inputs/service-metrics.ts'
import type { Declared, DeclaredMetric } from '../../../metrics/declared-metric.ts'
import type { Family } from '../../../scrape/scrape.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A metric whose declaration and scrape do not agree on what it is. */
export const metricType: Check = {
  name: 'metric-type',
  description: 'Catalog, source and scrape disagree on type or labels of a metric.',
  run({ catalog, source, targets }) {
    const families = new Map(latestFamilies(targets).map((family) => [family.name, family]))
    const exposed = [catalog, source].flatMap((declared) =>
      (declared?.metrics ?? []).flatMap((metric) => {
        const family = families.get(metric.name)
        if (family === undefined) return []
        return [...typeFindings(metric, family), ...labelFindings(metric, family)]
      }),
    )
    return [...exposed, ...contradictions(catalog, source)]
  },
}

/** Types that the source declares otherwise than the catalog. */
function contradictions(catalog: Declared | undefined, source: Declared | undefined): Finding[] {
  const inCatalog = new Map(catalog?.metrics.map((metric) => [metric.name, metric]))
  return (source?.metrics ?? []).flatMap(({ name, type, file, line }): Finding[] => {
    const other = inCatalog.get(name)
    if (other === undefined || type === 'unknown' || other.type === 'unknown' || other.type === type)
      return []
    return [
      {
        check: 'metric-type',
        level: 'error',
        place: { file, line },
        subject: name,
        reason: `${name} is a ${type} in the source, and declared as a ${other.type} in ${other.file}`,
        mend: 'Make both say the same; queries are written for one of the two.',
      },
    ]
  })
}

function typeFindings(
  { name, type, file, line, recordings }: DeclaredMetric,
  family: Family & { url: string },
): Finding[] {
  if (type === family.type || type === 'unknown') return []
  return [
    {
      check: 'metric-type',
      level: 'error',
      place: { file: family.url, line: family.line },
      subject: name,
      reason: `${name} is declared as a ${type} in ${recordings === undefined ? file : `${file}:${line}`}, and exposed as ${family.type === 'unknown' ? 'one without a type' : `a ${family.type}`}`,
      mend: 'Make both say the same; queries are written for one of the two.',
    },
  ]
}

/** Labels that a catalog does not know; what it closes is checked value by value. */
function labelFindings(metric: DeclaredMetric, family: Family & { url: string }): Finding[] {
  if (metric.recordings !== undefined) return []
  const { name, file, labels } = metric
  const ofType = family.type === 'histogram' ? 'le' : family.type === 'summary' ? 'quantile' : undefined
  const strange = new Map<string, { reason: string; line: number }>()
  for (const sample of family.samples) {
    for (const [label, value] of sample.labels) {
      if (label === ofType || label.startsWith('otel_scope_') || value === overflow) continue
      if (label === 'otel_metric_overflow') continue
      if (!labels.has(label)) strange.set(label, { reason: `the label ${label}`, line: sample.line })
      else if (labels.get(label)?.includes(value) === false)
        strange.set(`${label}=${value}`, {
          reason: `the value ${JSON.stringify(value)} of the label ${label}`,
          line: sample.line,
        })
    }
  }
  const undeclared = [...strange].map(
    ([key, { reason, line }]): Finding => ({
      check: 'metric-type',
      level: 'warning',
      place: { file: family.url, line },
      subject: `${name} ${key}`,
      reason: `${name} is exposed with ${reason}, which ${file} does not declare`,
      mend: 'Declare it, or leave it off.',
    }),
  )
  return [...undeclared, ...lost(metric, family)]
}

/** Labels that are declared, and that no series carries. */
function lost({ name, file, labels }: DeclaredMetric, family: Family & { url: string }): Finding[] {
  const carried = new Set(family.samples.flatMap((sample) => [...sample.labels.keys()]))
  // A measurement that was lost to a limit has no labels left.
  if (family.samples.length === 0 || carried.has('otel_metric_overflow')) return []
  return [...labels.keys()]
    .filter((label) => !carried.has(label))
    .map((label) => ({
      check: 'metric-type',
      level: 'warning',
      place: { file: family.url, line: family.line },
      subject: `${name} without ${label}`,
      reason: `${file} declares ${name} with the label ${label}, which none of its series has`,
      mend: 'Give it when recording, or take it out of the declaration.',
    }))
}

/** What the pipeline writes for a value that is not declared. */
const overflow = '_OTHER'

import type { DeclaredMetric } from '../../../metrics/declared-metric.ts'
import { isExposedAsZero } from '../../../metrics/exposed-as-zero.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { createSuggest } from '../../suggest.ts'

/** Counters of few, known labels are exported from the start, so that their absence means something. */
const zeroInitLimit = 64

/** A metric of catalog or source that no scrape has. */
export const metricAbsent: Check = {
  name: 'metric-absent',
  description: 'A metric is declared in catalog or source, and no scrape has it.',
  run({ catalog, source, targets }) {
    const exposed = new Set(
      targets.flatMap(({ scrapes }) => scrapes.flatMap(({ families }) => [...families.keys()])),
    )
    if (exposed.size === 0) return []
    const suggest = createSuggest()
    const declared = [...(catalog?.metrics ?? []), ...(source?.metrics ?? [])]
    const names = new Set(declared.map(({ name }) => name))
    // What is declared itself is not another metric under a wrong name.
    const strangers = [...exposed].filter((name) => !names.has(name))
    // Where both declare it, the catalog's word counts.
    const once = new Map(declared.toReversed().map((metric) => [metric.name, metric]))
    const absent = [...once.values()].filter(({ name }) => !exposed.has(name))
    return absent.map((metric): Finding => {
      const { name, file, line, recordings } = metric
      const near = suggest(name, strangers)
      const isExpected = isExposedFromStart(metric) || near !== undefined
      return {
        check: 'metric-absent',
        level: isExpected ? 'warning' : 'info',
        place: recordings === undefined ? { file } : { file, line },
        subject: name,
        reason: isExpected
          ? `${name} is declared, and the scrape does not have it${near ? `; it has ${near}` : ''}`
          : `${name} is declared, and the scrape has no series of it yet`,
        mend: near
          ? `Give the series its declared name, or rename the declaration to ${near}.`
          : 'Record it, or delete the declaration; a metric without series yet appears with its first measurement.',
      }
    })
  },
}

/** Whether it has series before anything is recorded. */
function isExposedFromStart(metric: DeclaredMetric): boolean {
  const { type, labels, recordings, library } = metric
  if (library !== undefined && library !== 'catalog') return isExposedAsZero(metric)
  if (type !== 'counter' || recordings?.length === 0) return false
  const combinations = [...labels.values()].reduce(
    (product, values) => product * (values?.length ?? Number.NaN),
    1,
  )
  return combinations <= zeroInitLimit
}

import { nearest } from '../../promql/nearest.ts'
import type { Finding } from '../finding.ts'
import type { Check, DeclaredMetric } from '../planes.ts'

/** Counters of few, known labels are exported from the start, so that their absence means something. */
const zeroInitLimit = 64

/** A metric of the catalog that no scrape has. */
export const metricAbsent: Check = {
  name: 'metric-absent',
  description: 'A metric is declared in the catalog, and no scrape has it.',
  run({ catalog, targets }) {
    const exposed = new Set(
      targets.flatMap(({ scrapes }) => scrapes.flatMap(({ families }) => [...families.keys()])),
    )
    if (exposed.size === 0) return []
    const absent = catalog?.metrics.filter(({ name }) => !exposed.has(name)) ?? []
    return absent.map((metric): Finding => {
      const { name, file } = metric
      const near = nearest(name, exposed)
      const isExpected = isZeroInitialised(metric) || near !== undefined
      return {
        check: 'metric-absent',
        level: isExpected ? 'warning' : 'info',
        place: { file },
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

function isZeroInitialised({ type, labels, recordings }: DeclaredMetric): boolean {
  if (type !== 'counter' || recordings !== undefined) return false
  const combinations = [...labels.values()].reduce(
    (product, values) => product * (values?.length ?? Number.NaN),
    1,
  )
  return combinations <= zeroInitLimit
}

import type { DeclaredMetric } from '../../../metrics/declared-metric.ts'
import type { Check } from '../../check.ts'
import { sourceFinding } from './source-finding.ts'

const check = 'source-declared-twice'

/** Registries refuse the second one, or two parts of a service write into one metric and mean different things. */
export const sourceDeclaredTwice: Check = {
  name: check,
  description: 'Two declarations give one name to metrics of different type, labels, unit or help.',
  *run({ source }) {
    const first = new Map<string, DeclaredMetric>()
    for (const metric of source?.metrics ?? []) {
      const other = first.get(metric.name)
      if (other === undefined) {
        first.set(metric.name, metric)
        continue
      }
      const differences = differing(other, metric)
      if (differences.length === 0) continue
      yield sourceFinding(metric, {
        check,
        level: differences.includes('type') || differences.includes('labels') ? 'error' : 'warning',
        reason: `${metric.name} is declared at ${other.file}:${other.line} too, with different ${differences.join(' and ')}.`,
        mend: 'Declare it once and share it, or give one of them another name.',
      })
    }
  },
}

function differing(a: DeclaredMetric, b: DeclaredMetric): string[] {
  const labels = (metric: DeclaredMetric) => [...metric.labels.keys()].sort().join()
  const areKnown = a.areLabelsKnown !== false && b.areLabelsKnown !== false
  return [
    ...(a.type !== b.type ? ['type'] : []),
    ...(areKnown && labels(a) !== labels(b) ? ['labels'] : []),
    ...(a.unit !== b.unit ? ['unit'] : []),
    ...(a.help !== b.help && a.help !== undefined && b.help !== undefined ? ['help'] : []),
  ]
}

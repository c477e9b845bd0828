import type { DeclaredMetric, Recorded } from '../../../metrics/declared-metric.ts'
import type { AuditInputs } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A finding at the declaration of a metric, or at a place that uses it. */
export function sourceFinding(
  { name, file, line }: Pick<DeclaredMetric, 'name' | 'file' | 'line'>,
  rest: Omit<Finding, 'place' | 'subject'> & {
    readonly at?: { readonly file: string; readonly line: number }
  },
): Finding {
  const { at = { file, line }, ...finding } = rest
  return { ...finding, place: { file: at.file, line: at.line }, subject: name }
}

/** Metrics of the source whose recordings can be told, those declared several times put together. */
export function recordedMetrics({ source }: AuditInputs): readonly RecordedMetric[] {
  const byName = new Map<string, RecordedMetric>()
  for (const metric of source?.metrics ?? []) {
    if (metric.recordings === undefined) {
      byName.delete(metric.name)
      continue
    }
    const known = byName.get(metric.name)
    byName.set(
      metric.name,
      known
        ? { ...known, recordings: [...known.recordings, ...metric.recordings] }
        : { ...metric, recordings: metric.recordings },
    )
  }
  return [...byName.values()]
}

export type RecordedMetric = DeclaredMetric & { readonly recordings: readonly Recorded[] }

/** What the product itself does with a metric. */
export function productRecordings({ recordings }: RecordedMetric): readonly Recorded[] {
  return recordings.filter(({ reach }) => reach === 'product')
}

import { seriesName, withoutTotal } from '../naming/series.ts'
import { exemplarsOf } from '../sdk/exemplars.ts'
import type { ExemplarLabels } from './exemplar-labels.ts'
import type { Family } from './families.ts'
import { type Dialect, escapeQuoted, labelText, quotedName } from './lines.ts'
import { noDescription } from './text.ts'
import { textNumber } from './text-writer.ts'

/**
 * OpenMetrics 0.0.1 and 1.0.0.
 *
 * @param taken names that are not free: the name of a counter without `_total` may be another's already.
 * @param timestampMs when the values were taken, if that is to be written.
 */
export function openMetrics(
  taken: ReadonlySet<string>,
  timestampMs: number | undefined,
  labelsOf: ExemplarLabels,
): Dialect {
  const stamp = timestampMs === undefined ? '' : ` ${timestampMs / 1000}`
  const baseName = (family: Family) => openMetricsName(family, taken)
  return {
    stamp,
    bound: canonicalNumber,
    comments: (family) => {
      const name = baseName(family)
      return comments(family, name, isUnknown(family, name) ? 'unknown' : typeNames[family.type])
    },
    createdName: (family) => {
      const name = baseName(family)
      const created = seriesName(name, 'created')
      const known = family.type !== 'gauge' && !isUnknown(family, name)
      return known && !taken.has(created) ? created : undefined
    },
    exemplar: (family, point, bucket) => {
      const exemplars = exemplarsOf(point)
      if (exemplars === undefined || isUnknown(family, baseName(family))) return ''
      const exemplar = family.type === 'native' ? [...exemplars.values()].at(-1) : exemplars.get(bucket)
      if (exemplar === undefined) return ''
      const { value, timeMs } = exemplar
      return ` # {${labelText(labelsOf(exemplar))}} ${textNumber(value)} ${timeMs / 1000}`
    },
  }
}

/** What the last line of every OpenMetrics answer says: that nothing was lost on the way. */
export const openMetricsEnd = '# EOF\n'

/** Describes the resource, whose labels are written already; `taken` are the names of the other families. */
export function targetInfo(labels: string, taken: ReadonlySet<string>): string {
  const name = taken.has('target') ? 'target_info' : 'target'
  const type = name === 'target' ? 'info' : 'gauge'
  return `# HELP ${name} Target metadata\n# TYPE ${name} ${type}\ntarget_info{${labels}} 1\n`
}

const typeNames = { counter: 'counter', gauge: 'gauge', histogram: 'histogram', native: 'histogram' } as const

/** A family of counters is called without `_total`, unless that name means another family. */
function openMetricsName({ name, type }: Family, taken: ReadonlySet<string>): string {
  if (type !== 'counter') return name
  const base = withoutTotal(name)
  return base === '' || taken.has(base) ? name : base
}

/** A counter whose series cannot be called `_total` after the family's name is not a counter in OpenMetrics. */
function isUnknown({ name, type }: Family, familyName: string): boolean {
  return type === 'counter' && name === familyName
}

function comments({ unit, help }: Family, name: string, type: string): string {
  const written = quotedName(name)
  const unitLine = unit && name.endsWith(`_${unit}`) ? `# UNIT ${written} ${unit}\n` : ''
  const escaped = escapeQuoted((help || noDescription).toWellFormed())
  return `# HELP ${written} ${escaped}\n# TYPE ${written} ${type}\n${unitLine}`
}

/** OpenMetrics writes bounds as floating point numbers, so that a bound reads the same from every client. */
function canonicalNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : textNumber(value)
}

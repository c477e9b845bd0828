import type { DataPoint, ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'
import { classicLabelName, classicMetricName } from './escaping.ts'
import type { Family } from './families.ts'
import type { Label } from './labels.ts'
import type { Series } from './series.ts'

/** What the text formats do not have in common. */
export interface Dialect {
  comments(family: Family): string
  /** Writes an upper bound as the value of `le`. */
  bound(bound: number): string
  /** Ends the line of a counter, or of a bucket with this index, with its exemplar if there is one. */
  endOf(family: Family, point: DataPoint<unknown>, bucket: number): string
  /** Names the series that tell since when a family counts; `undefined` for none. */
  createdName(family: Family): string | undefined
  /** Ends every other line: a line feed, behind the time where timestamps are wanted. */
  readonly end: string
}

/** Writes a family, some thousand characters at a time. Returns how many series it wrote. */
export function* familyLines(
  family: Family,
  series: readonly Series<string>[],
  dialect: Dialect,
): Generator<string, number> {
  const isHistogram = family.type === 'histogram' || family.type === 'native'
  const writer = isHistogram ? new HistogramLines(family, dialect) : new ValueLines(family, dialect)
  let text = dialect.comments(family)
  for (const { points, labels } of series) {
    for (let i = 0; i < points.length; i++) {
      text += writer.lines(labels[i] as string, points[i] as DataPoint<never>)
      if (text.length >= pieceLength) {
        yield text
        text = ''
      }
    }
  }
  yield text
  return writer.series
}

const pieceLength = 1 << 16

/** Writes a value so that every format reads it back exactly, negative zero included. */
export function textNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Writes labels as they stand between braces. */
export function labelText(labels: readonly Label[]): string {
  return labels
    .map(([name, value]) => `${quotedName(name, classicLabelName)}="${escapeQuoted(value)}"`)
    .join()
}

/** Writes a line without its end. */
export function seriesLine(name: string, labels: string, value: string): string {
  return new Head(name).of(labels) + value
}

/** Writes a name, in quotes where it is not a classic one. */
export function quotedName(name: string, classic = classicMetricName): string {
  return classic.test(name) ? name : `"${escapeQuoted(name)}"`
}

export function escapeQuoted(text: string): string {
  return /[\\\n"]/.test(text) ? text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"') : text
}

/** What stands before a value: the name, and the labels in braces; a name that needs quotes stands in them too. */
class Head {
  readonly #open: string
  readonly #bare: string

  constructor(name: string) {
    const classic = classicMetricName.test(name)
    this.#open = classic ? `${name}{` : `{${quotedName(name)},`
    this.#bare = classic ? `${name} ` : `{${quotedName(name)}} `
  }

  of(labels: string): string {
    return labels === '' ? this.#bare : `${this.#open}${labels}} `
  }
}

class ValueLines {
  series = 0
  readonly #family: Family
  readonly #dialect: Dialect
  readonly #head: Head
  readonly #created: Head | undefined

  constructor(family: Family, dialect: Dialect) {
    this.#family = family
    this.#dialect = dialect
    this.#head = new Head(family.name)
    this.#created = createdHead(family, dialect)
  }

  lines(labels: string, point: DataPoint<number>): string {
    const { end } = this.#dialect
    this.series++
    const valueEnd = this.#family.type === 'counter' ? this.#dialect.endOf(this.#family, point, 0) : end
    const line = this.#head.of(labels) + textNumber(point.value) + valueEnd
    if (this.#created === undefined) return line
    this.series++
    return line + createdLine(this.#created, labels, point, end)
  }
}

class HistogramLines {
  series = 0
  readonly #family: Family
  readonly #dialect: Dialect
  readonly #bucket: string
  readonly #sum: Head
  readonly #count: Head
  readonly #created: Head | undefined
  #boundaries: readonly number[] | undefined
  #bounds: readonly string[] = []

  constructor(family: Family, dialect: Dialect) {
    this.#family = family
    this.#dialect = dialect
    const bucket = `${family.name}_bucket`
    this.#bucket = classicMetricName.test(bucket) ? `${bucket}{` : `{${quotedName(bucket)},`
    this.#sum = new Head(`${family.name}_sum`)
    this.#count = new Head(`${family.name}_count`)
    this.#created = createdHead(family, dialect)
  }

  lines(labels: string, point: DataPoint<Histogram | ExponentialHistogram>): string {
    const { end } = this.#dialect
    const { value } = point
    // The text formats know no exponential buckets; what remains true of them is how many there are in all.
    const { boundaries, counts } =
      'buckets' in value ? value.buckets : { boundaries: none, counts: [value.count] }
    if (this.#boundaries !== boundaries) this.#prepare(boundaries)
    const open = labels === '' ? this.#bucket : `${this.#bucket}${labels},`
    let text = ''
    let cumulative = 0
    for (let i = 0; i < this.#bounds.length; i++) {
      cumulative += counts[i] as number
      text += open + this.#bounds[i] + cumulative + this.#dialect.endOf(this.#family, point, i)
    }
    this.series += this.#bounds.length + 1
    if (value.sum !== undefined) {
      text += this.#sum.of(labels) + textNumber(value.sum) + end
      this.series++
    }
    text += this.#count.of(labels) + value.count + end
    if (this.#created === undefined) return text
    this.series++
    return text + createdLine(this.#created, labels, point, end)
  }

  #prepare(boundaries: readonly number[]): void {
    const finite = boundaries.filter((bound) => bound !== Infinity)
    this.#bounds = [...finite, Infinity].map((bound) => `le="${this.#dialect.bound(bound)}"} `)
    this.#boundaries = boundaries
  }
}

const none: readonly number[] = []

function createdHead(family: Family, dialect: Dialect): Head | undefined {
  const name = dialect.createdName(family)
  return name === undefined ? undefined : new Head(name)
}

function createdLine(head: Head, labels: string, { startTime }: DataPoint<unknown>, end: string): string {
  return head.of(labels) + textNumber(secondsOf(startTime)) + end
}

/** Milliseconds are as much as a floating point number of seconds since 1970 holds without noise. */
function secondsOf([seconds, nanos]: readonly [number, number]): number {
  return Math.round(seconds * 1000 + nanos / 1e6) / 1000
}

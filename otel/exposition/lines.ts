import type { DataPoint, ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'
import { classicLabelName, classicMetricName } from '../naming/escaping.ts'
import { exemplarsOf } from '../sdk/exemplars.ts'
import type { Family } from './families.ts'
import type { LabelStore } from './label-store.ts'
import type { Label } from './labels.ts'
import type { Series } from './series.ts'
import { numberRoom, type TextWriter } from './text-writer.ts'

/** What the text formats do not have in common. */
export interface Dialect {
  comments(family: Family): string
  /** Writes an upper bound as the value of `le`. */
  bound(bound: number): string
  /** The exemplar that the line of a counter, or of a bucket with this index, ends in; `''` for none. */
  exemplar(family: Family, point: DataPoint<unknown>, bucket: number): string
  /** Names the series that tell since when a family counts; `undefined` for none. */
  createdName(family: Family): string | undefined
  /** Follows every value, where timestamps are wanted. */
  readonly stamp: string
}

/** Writes a family. Yields after some hundred lines, where the event loop may be let in. Returns how many series it wrote. */
export function* familyLines(
  family: Family,
  series: readonly Series[],
  dialect: Dialect,
  writer: TextWriter,
): Generator<undefined, number> {
  const isHistogram = family.type === 'histogram' || family.type === 'native'
  const lines = isHistogram
    ? new HistogramLines(family, dialect, writer)
    : new ValueLines(family, dialect, writer)
  writer.text(dialect.comments(family))
  let breath = 0
  for (const { points, labels } of series) {
    for (let i = 0; i < points.length; i++) {
      lines.write(labels, i, points[i] as DataPoint<never>)
      if (lines.series - breath < seriesPerBreath) continue
      breath = lines.series
      yield
    }
  }
  return lines.series
}

const seriesPerBreath = 512

/** Writes labels as they appear between braces. */
export function labelText(labels: readonly Label[]): string {
  return labels
    .map(([name, value]) => `${quotedName(name, classicLabelName)}="${escapeQuoted(value)}"`)
    .join()
}

/** Writes a name, in quotes where it is not a classic one. */
export function quotedName(name: string, classic = classicMetricName): string {
  return classic.test(name) ? name : `"${escapeQuoted(name)}"`
}

export function escapeQuoted(text: string): string {
  return /[\\\n"]/.test(text) ? text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"') : text
}

/** What comes before a value: the name, and the labels in braces; a name that needs quotes goes into the braces too. */
class Head {
  readonly open: Buffer
  readonly #bare: Buffer

  constructor(name: string) {
    const classic = classicMetricName.test(name)
    this.open = Buffer.from(classic ? `${name}{` : `{${quotedName(name)},`)
    this.#bare = Buffer.from(classic ? `${name} ` : `{${quotedName(name)}} `)
  }

  write(writer: TextWriter, labels: LabelStore, index: number): void {
    if (labels.end(index) === labels.start(index)) writer.raw(this.#bare)
    else {
      writer.raw(this.open)
      writer.labels(labels, index)
      writer.raw(close)
    }
  }
}

const close = Buffer.from('} ')
const comma = Buffer.from(',')

/** What lines of both kinds are made of. */
class Lines {
  /** How many lines have been written. */
  series = 0
  protected readonly family: Family
  protected readonly dialect: Dialect
  protected readonly writer: TextWriter
  /** Bytes that a line takes besides its labels, at most, and without its exemplar. */
  protected room: number
  readonly #created: Head | undefined
  readonly #end: Buffer

  constructor(family: Family, dialect: Dialect, writer: TextWriter) {
    this.family = family
    this.dialect = dialect
    this.writer = writer
    const name = dialect.createdName(family)
    this.#created = name === undefined ? undefined : new Head(name)
    this.#end = Buffer.from(`${dialect.stamp}\n`)
    this.room = 6 * family.name.length + dialect.stamp.length + 2 * numberRoom + 64
  }

  protected line(head: Head, labels: LabelStore, index: number, value: number): void {
    head.write(this.writer, labels, index)
    this.writer.number(value)
    this.writer.raw(this.#end)
    this.series++
  }

  protected lineWithExemplar(value: number, point: DataPoint<unknown>, bucket: number): void {
    const { writer, dialect } = this
    writer.number(value)
    const exemplar = exemplarsOf(point) ? dialect.exemplar(this.family, point, bucket) : ''
    if (exemplar === '') writer.raw(this.#end)
    else writer.text(`${dialect.stamp}${exemplar}\n`)
    this.series++
  }

  protected createdLine(labels: LabelStore, index: number, { startTime }: DataPoint<unknown>): void {
    if (this.#created !== undefined) this.line(this.#created, labels, index, secondsOf(startTime))
  }
}

class ValueLines extends Lines {
  readonly #head: Head

  constructor(family: Family, dialect: Dialect, writer: TextWriter) {
    super(family, dialect, writer)
    this.#head = new Head(family.name)
  }

  write(labels: LabelStore, index: number, point: DataPoint<number>): void {
    const room = this.room + labels.end(index) - labels.start(index)
    this.writer.reserve(room)
    if (this.family.type === 'gauge') this.line(this.#head, labels, index, point.value)
    else {
      this.#head.write(this.writer, labels, index)
      this.lineWithExemplar(point.value, point, 0)
      this.writer.reserve(room)
      this.createdLine(labels, index, point)
    }
  }
}

class HistogramLines extends Lines {
  readonly #bucket: Head
  readonly #sum: Head
  readonly #count: Head
  #boundaries: readonly number[] | undefined
  #bounds: readonly Buffer[] = []

  constructor(family: Family, dialect: Dialect, writer: TextWriter) {
    super(family, dialect, writer)
    this.#bucket = new Head(`${family.name}_bucket`)
    this.#sum = new Head(`${family.name}_sum`)
    this.#count = new Head(`${family.name}_count`)
  }

  write(labels: LabelStore, index: number, point: DataPoint<Histogram | ExponentialHistogram>): void {
    const { writer } = this
    const { value } = point
    // The text formats know no exponential buckets; what remains true of them is how many there are in all.
    const { boundaries, counts } =
      'buckets' in value ? value.buckets : { boundaries: none, counts: [value.count] }
    if (this.#boundaries !== boundaries) this.#prepare(boundaries)
    const size = labels.end(index) - labels.start(index)
    const lines = this.#bounds.length + 3
    const room = this.room + size
    const hasExemplars = exemplarsOf(point) !== undefined
    let piece: number | undefined
    let start = 0
    let length = 0
    let cumulative = 0
    for (let i = 0; i < this.#bounds.length; i++) {
      cumulative += counts[i] as number
      // Exemplars take more room, and may so begin a new piece.
      if (i === 0 || hasExemplars) writer.reserve((lines - i) * room)
      if (piece === writer.piece) {
        writer.again(start, start + length)
      } else {
        piece = writer.piece
        start = writer.position
        writer.raw(this.#bucket.open)
        if (size > 0) {
          writer.labels(labels, index)
          writer.raw(comma)
        }
        length = writer.position - start
      }
      writer.raw(this.#bounds[i] as Buffer)
      this.lineWithExemplar(cumulative, point, i)
    }
    if (hasExemplars) writer.reserve(3 * room)
    if (value.sum !== undefined) this.line(this.#sum, labels, index, value.sum)
    this.line(this.#count, labels, index, value.count)
    this.createdLine(labels, index, point)
  }

  #prepare(boundaries: readonly number[]): void {
    const finite = boundaries.filter((bound) => bound !== Infinity)
    this.#bounds = [...finite, Infinity].map((bound) => Buffer.from(`le="${this.dialect.bound(bound)}"} `))
    this.#boundaries = boundaries
  }
}

const none: readonly number[] = []

/** Milliseconds are as much as a floating point number of seconds since 1970 holds without noise. */
function secondsOf([seconds, nanos]: readonly [number, number]): number {
  return Math.round(seconds * 1000 + nanos / 1e6) / 1000
}

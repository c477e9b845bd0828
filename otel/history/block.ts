import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ByteReader, ByteWriter } from './bytes.ts'
import { readColumn, writeColumn } from './column.ts'
import { type BucketRange, isSameLayout, type Layout, widthOf } from './row.ts'
import type { Run, SeriesRuns } from './runs.ts'

/**
 * Writes the series of one metric over the rows of a block: layouts first, then which series has which rows, then the
 * columns one after the other; deflate takes out what they have in common. For so few bytes
 * zstd needs more of them, or more time.
 */
export function encodeRuns(all: readonly SeriesRuns[]): Uint8Array {
  const writer = new ByteWriter()
  writeRuns(writer, all)
  return packed(writer.done())
}

/** @throws {Error} for bytes that are not whole. */
export function decodeRuns(bytes: Uint8Array): SeriesRuns[] {
  return readRuns(new ByteReader(unpacked(bytes)))
}

/** Writes a single row, with the runs of every metric by its id. */
export function encodeRow(metrics: ReadonlyMap<number, readonly SeriesRuns[]>): Uint8Array {
  const writer = new ByteWriter()
  for (const [metric, all] of metrics) {
    const part = new ByteWriter()
    writeRuns(part, all)
    writer.count(metric)
    writer.bytes(part.done())
  }
  return packed(writer.done())
}

/** Reads a row, or what it has of one metric. @throws {Error} for bytes that are not whole. */
export function decodeRow(bytes: Uint8Array, only?: ReadonlySet<number>): Map<number, SeriesRuns[]> {
  const reader = new ByteReader(unpacked(bytes))
  const metrics = new Map<number, SeriesRuns[]>()
  while (!reader.isAtEnd) {
    const metric = reader.count()
    const part = reader.bytes()
    if (only === undefined || only.has(metric)) metrics.set(metric, readRuns(new ByteReader(part)))
  }
  return metrics
}

/** Writes the times of rows, in ms since 1970. */
export function encodeTimes(times: Float64Array): Uint8Array {
  const writer = new ByteWriter()
  writer.count(times.length)
  writeColumn(writer, times)
  return writer.done().slice()
}

export function decodeTimes(bytes: Uint8Array): Float64Array {
  const reader = new ByteReader(bytes)
  return readColumn(reader, reader.count())
}

/** Compresses where that makes it shorter; the first byte tells. */
function packed(bytes: Uint8Array): Uint8Array {
  const small = deflateRawSync(bytes)
  const isSmaller = small.length < bytes.length
  const content = isSmaller ? small : bytes
  const result = new Uint8Array(1 + content.length)
  result[0] = isSmaller ? 1 : 0
  result.set(content, 1)
  return result
}

function unpacked(bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(1)
  return bytes[0] === 1 ? inflateRawSync(content) : content
}

function writeRuns(writer: ByteWriter, all: readonly SeriesRuns[]): void {
  const layouts = distinctLayouts(all)
  writer.count(layouts.length)
  for (const layout of layouts) writeLayout(writer, layout)
  writer.count(all.length)
  let last = 0
  for (const { series, runs } of all) {
    writer.whole(series - last)
    last = series
    writer.count(runs.length)
    let end = 0
    for (const { from, rows, layout } of runs) {
      writer.count(from - end)
      writer.count(rows)
      writer.count(layouts.findIndex((known) => isSameLayout(known, layout)))
      end = from + rows
    }
  }
  for (const { runs } of all) {
    for (const { columns } of runs) {
      let before: Float64Array | undefined
      for (const column of columns) {
        writeColumn(writer, column, before)
        before = column
      }
    }
  }
}

function readRuns(reader: ByteReader): SeriesRuns[] {
  const layouts = Array.from({ length: reader.count() }, () => readLayout(reader))
  let last = 0
  const heads = Array.from({ length: reader.count() }, () => {
    last += reader.whole()
    let end = 0
    const runs = Array.from({ length: reader.count() }, () => {
      const from = end + reader.count()
      const rows = reader.count()
      const layout = layouts[reader.count()] as Layout
      end = from + rows
      return { from, rows, layout }
    })
    return { series: last, runs }
  })
  return heads.map(({ series, runs }) => ({ series, runs: runs.map((run) => readColumns(reader, run)) }))
}

function readColumns(reader: ByteReader, run: Omit<Run, 'columns'>): Run {
  let before: Float64Array | undefined
  const columns = Array.from({ length: widthOf(run.layout) }, () => {
    before = readColumn(reader, run.rows, before)
    return before
  })
  return { ...run, columns }
}

function distinctLayouts(all: readonly SeriesRuns[]): Layout[] {
  const layouts: Layout[] = []
  for (const { runs } of all)
    for (const { layout } of runs)
      if (!layouts.some((known) => isSameLayout(known, layout))) layouts.push(layout)
  return layouts
}

const types = ['number', 'gauge', 'explicit', 'exponential'] as const

function writeLayout(writer: ByteWriter, layout: Layout): void {
  writer.byte(types.indexOf(layout.type))
  if (layout.type === 'explicit') {
    writer.count(layout.bounds.length)
    writeColumn(writer, Float64Array.from(layout.bounds))
  } else if (layout.type === 'exponential') {
    writer.whole(layout.scale)
    for (const { offset, length } of [layout.positive, layout.negative]) {
      writer.whole(offset)
      writer.count(length)
    }
  }
}

function readLayout(reader: ByteReader): Layout {
  const type = types[reader.byte()]
  switch (type) {
    case 'number':
    case 'gauge':
      return { type }
    case 'explicit':
      return { type, bounds: Array.from(readColumn(reader, reader.count())) }
    case 'exponential':
      return { type, scale: reader.whole(), positive: readRange(reader), negative: readRange(reader) }
    default:
      throw new RangeError('not a layout that is known')
  }
}

function readRange(reader: ByteReader): BucketRange {
  return { offset: reader.whole(), length: reader.count() }
}

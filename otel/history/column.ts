import type { ByteReader, ByteWriter } from './bytes.ts'

/** How a column is written; each is tried, and the shortest one that gives back the same numbers is kept. */
const modes = {
  /** One number for all rows. */
  constant: 0,
  /** The same as the column before, as minima often are. */
  same: 1,
  /** Whole numbers, as the difference of each to the one before. */
  delta: 2,
  /** The same, as the difference of each difference to the one before: counters that grow steadily. */
  deltaOfDelta: 3,
  /** Any number, as the bits in which it differs from the one before, first bytes first. */
  bits: 4,
} as const

/** Up to here, differences of differences of whole numbers are exact. */
const wholeLimit = 2 ** 50

/** Numbers with up to so many decimals are written as whole numbers. */
const mostDecimals = 6

/**
 * Writes a column of numbers so that it compresses well. What is read back is the same to the bit, but for the payload
 * of a NaN.
 *
 * @param before the column that was written last, if it has as many rows.
 */
export function writeColumn(writer: ByteWriter, values: Float64Array, before?: Float64Array): void {
  const [first = 0] = values
  if (values.every((value) => Object.is(value, first))) {
    writer.byte(modes.constant)
    writeNumber(writer, first)
  } else if (before?.every((value, i) => Object.is(value, values[i]))) {
    writer.byte(modes.same)
  } else {
    const decimals = decimalsOf(values)
    if (decimals === undefined) writeBits(writer, values)
    else writeWholes(writer, values, decimals)
  }
}

/** Reads a column of `length` rows; `before` as it was when that was written. */
export function readColumn(reader: ByteReader, length: number, before?: Float64Array): Float64Array {
  const mode = reader.byte()
  switch (mode) {
    case modes.constant:
      return new Float64Array(length).fill(readNumber(reader))
    case modes.same:
      if (before === undefined) throw new RangeError('a column refers to one that is not there')
      return before
    case modes.delta:
    case modes.deltaOfDelta:
      return readWholes(reader, length, mode)
    case modes.bits:
      return readBits(reader, length)
    default:
      throw new RangeError(`${mode} is not a way to write a column`)
  }
}

/** The decimals with which all values are whole numbers exactly; undefined where there is no such number. */
function decimalsOf(values: Float64Array): number | undefined {
  let decimals = 0
  for (const value of values) {
    if (Object.is(value, -0) || !(Math.abs(value) <= wholeLimit)) return undefined
    while (!isExact(value, decimals)) if (++decimals > mostDecimals) return undefined
  }
  return values.every((value) => isExact(value, decimals)) ? decimals : undefined
}

function isExact(value: number, decimals: number): boolean {
  const factor = 10 ** decimals
  const whole = Math.round(value * factor)
  return Math.abs(whole) <= wholeLimit && !Object.is(whole, -0) && whole / factor === value
}

function writeWholes(writer: ByteWriter, values: Float64Array, decimals: number): void {
  const wholes = values.map((value) => Math.round(value * 10 ** decimals))
  const deltas = differences(wholes)
  const again = differences(deltas)
  const isSteady = sizeOf(again) < sizeOf(deltas)
  writer.byte(isSteady ? modes.deltaOfDelta : modes.delta)
  writer.byte(decimals)
  for (const value of isSteady ? again : deltas) writer.whole(value)
}

function readWholes(reader: ByteReader, length: number, mode: number): Float64Array {
  const factor = 10 ** reader.byte()
  const values = new Float64Array(length)
  for (let i = 0; i < length; i++) values[i] = reader.whole()
  if (mode === modes.deltaOfDelta) sums(values)
  sums(values)
  return factor === 1 ? values : values.map((value) => value / factor)
}

/** The first value stays; each further one becomes its difference to the one before. */
function differences(values: Float64Array): Float64Array {
  return values.map((value, i) => (i === 0 ? value : value - (values[i - 1] ?? 0)))
}

function sums(values: Float64Array): void {
  for (let i = 1; i < values.length; i++) values[i] = (values[i] ?? 0) + (values[i - 1] ?? 0)
}

/** About the bits that are left after compression. */
function sizeOf(values: Float64Array): number {
  let size = 0
  for (const value of values) size += Math.log2(1 + Math.abs(value))
  return size
}

function writeBits(writer: ByteWriter, values: Float64Array): void {
  writer.byte(modes.bits)
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length)
  const changed = bits.map((value, i) => value ^ (bits[i - 1] ?? 0n))
  const bytes = new Uint8Array(changed.buffer)
  // Bytes that change alike stand together.
  for (let plane = 7; plane >= 0; plane--)
    for (let i = plane; i < bytes.length; i += 8) writer.byte(bytes[i] ?? 0)
}

function readBits(reader: ByteReader, length: number): Float64Array {
  const bytes = new Uint8Array(8 * length)
  for (let plane = 7; plane >= 0; plane--)
    for (let i = plane; i < bytes.length; i += 8) bytes[i] = reader.byte()
  const bits = new BigUint64Array(bytes.buffer)
  for (let i = 1; i < length; i++) bits[i] = (bits[i] ?? 0n) ^ (bits[i - 1] ?? 0n)
  return new Float64Array(bytes.buffer)
}

function writeNumber(writer: ByteWriter, value: number): void {
  const isWhole = Math.abs(value) <= wholeLimit && Number.isInteger(value) && !Object.is(value, -0)
  writer.byte(isWhole ? 1 : 0)
  if (isWhole) writer.whole(value)
  else writer.float(value)
}

function readNumber(reader: ByteReader): number {
  return reader.byte() === 1 ? reader.whole() : reader.float()
}

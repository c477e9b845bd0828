import type { UnitMeaning } from '../dashboards/unit-ids.ts'
import type { ResultUnit } from './result-unit.ts'

/** What a result is, as far as a unit of Grafana can show it. */
export function quantityOf({ powers: { s, By, count } }: ResultUnit): UnitMeaning['quantity'] | undefined {
  if (By === 1) return s === 0 ? 'data' : s === -1 ? 'data rate' : undefined
  if (By !== 0) return undefined
  if (s === 1) return 'time'
  if (s === -1) return count === 1 ? 'rate' : undefined
  return s !== 0 ? undefined : count === 1 ? 'count' : count === 0 ? 'ratio' : undefined
}

/** A result in words. */
export function nameOfUnit(result: ResultUnit): string {
  const { powers, factor, isDate, isShareOfTime } = result
  if (isDate) return 'moments as seconds since 1970'
  const quantity = quantityOf(result)
  const named = quantity && nearest(sizes[quantity] ?? [], factor)
  if (isShareOfTime && isNear(factor, 1)) return 'seconds per second'
  if (named !== undefined) return named.words
  const base = quantity && sizes[quantity]?.find(({ size }) => size === 1)?.words
  return `${base ?? (powers.s === -1 ? 'a share per second' : 'numbers of something')} times ${Number((1 / factor).toPrecision(6))}`
}

/** The unit of Grafana for a result; that of the base unit where none has its size. */
export function fittingUnit(result: ResultUnit): string {
  if (result.isDate) return 's after subtracting it from time()'
  const known = sizes[quantityOf(result) ?? 'count'] ?? []
  return (nearest(known, result.factor) ?? known[0])?.unit ?? 'short'
}

export function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.abs(b)
}

interface Size {
  readonly size: number
  readonly unit: string
  readonly words: string
}

function nearest(of: readonly Size[], factor: number): Size | undefined {
  return of.find(({ size }) => isNear(factor, size))
}

const sizes: Partial<Record<UnitMeaning['quantity'], readonly Size[]>> = {
  time: [
    { size: 1, unit: 's', words: 'seconds' },
    { size: 1e-3, unit: 'ms', words: 'milliseconds' },
    { size: 1e-6, unit: 'µs', words: 'microseconds' },
    { size: 1e-9, unit: 'ns', words: 'nanoseconds' },
    { size: 60, unit: 'm', words: 'minutes' },
    { size: 3_600, unit: 'h', words: 'hours' },
    { size: 86_400, unit: 'd', words: 'days' },
  ],
  data: [
    { size: 1, unit: 'bytes', words: 'bytes' },
    { size: 1 / 8, unit: 'bits', words: 'bits' },
    { size: 2 ** 10, unit: 'kbytes', words: 'KiB' },
    { size: 2 ** 20, unit: 'mbytes', words: 'MiB' },
    { size: 2 ** 30, unit: 'gbytes', words: 'GiB' },
    { size: 1e3, unit: 'deckbytes', words: 'kB' },
    { size: 1e6, unit: 'decmbytes', words: 'MB' },
    { size: 1e9, unit: 'decgbytes', words: 'GB' },
  ],
  'data rate': [
    { size: 1, unit: 'Bps', words: 'bytes per second' },
    { size: 1 / 8, unit: 'bps', words: 'bits per second' },
    { size: 2 ** 10, unit: 'KiBs', words: 'KiB per second' },
    { size: 2 ** 20, unit: 'MiBs', words: 'MiB per second' },
    { size: 2 ** 30, unit: 'GiBs', words: 'GiB per second' },
    { size: 1e3, unit: 'KBs', words: 'kB per second' },
    { size: 1e6, unit: 'MBs', words: 'MB per second' },
    { size: 1e9, unit: 'GBs', words: 'GB per second' },
  ],
  rate: [
    { size: 1, unit: 'cps', words: 'a number per second' },
    { size: 1 / 60, unit: 'cpm', words: 'a number per minute' },
  ],
  ratio: [
    { size: 1, unit: 'percentunit', words: 'a ratio' },
    { size: 0.01, unit: 'percent', words: 'a percentage from 0 to 100' },
  ],
  count: [{ size: 1, unit: 'short', words: 'numbers of something' }],
}

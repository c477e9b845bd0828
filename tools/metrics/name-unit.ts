import { grafanaUnit, splitUnit, units } from '@tidegauge/otel/naming'
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
  if (isShareOfTime && isNear(factor, 1)) return 'seconds per second'
  const quantity = quantityOf(result)
  if (quantity === undefined)
    return `${powers.s === -1 ? 'a share per second' : 'numbers of something'}${times(factor)}`
  const unit = unitOfSize(quantity, factor)
  return unit === undefined
    ? `${inWords(quantity, baseUnits[quantity] ?? '')}${times(factor)}`
    : inWords(quantity, unit)
}

/** The unit of Grafana for a result; that of the base unit where none has its size. */
export function fittingUnit(result: ResultUnit): string {
  if (result.isDate) return 's after subtracting it from time()'
  const quantity = quantityOf(result)
  if (quantity === undefined || quantity === 'count') return 'short'
  return grafanaUnit(unitOfSize(quantity, result.factor) ?? baseUnits[quantity] ?? '')
}

export function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.abs(b)
}

type Quantity = UnitMeaning['quantity']

const baseUnits: Partial<Record<Quantity, string>> = {
  time: 's',
  data: 'By',
  'data rate': 'By/s',
  rate: '/s',
  ratio: '1',
  count: '',
}

/** The UCUM unit of a size; undefined where there is none. */
function unitOfSize(quantity: Quantity, factor: number): string | undefined {
  if (quantity === 'rate') return isNear(factor, 1) ? '/s' : isNear(factor, 1 / 60) ? '/min' : undefined
  if (quantity === 'count') return isNear(factor, 1) ? '' : undefined
  const { of: base, per } = splitUnit(baseUnits[quantity] ?? '')
  for (const [symbol, { measures }] of units)
    if (measures?.base === base && isNear(factor, measures.factor))
      return per === undefined ? symbol : `${symbol}/${per}`
  return undefined
}

function inWords(quantity: Quantity, unit: string): string {
  if (quantity === 'count') return 'numbers of something'
  if (quantity === 'ratio') return unit === '1' ? 'a ratio' : 'a percentage from 0 to 100'
  const { of, per } = splitUnit(unit)
  if (quantity === 'rate') return `a number per ${per === 's' ? 'second' : 'minute'}`
  return `${units.get(of)?.word}${per === undefined ? '' : ' per second'}`
}

function times(factor: number): string {
  return ` times ${Number((1 / factor).toPrecision(6))}`
}

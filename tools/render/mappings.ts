import { readPattern } from '../dashboards/pattern.ts'
import { textAt, valueAt } from '../dashboards/value-at.ts'

/** What a value is shown as instead. */
export interface Mapped {
  readonly text: string | undefined
  readonly color: string | undefined
}

/** Finds what the mappings of a panel say about a value; the first that fits holds. */
export function mapped(mappings: readonly unknown[], value: number | string | null): Mapped | undefined {
  for (const mapping of mappings) {
    const result = resultOf(mapping, value)
    if (result !== undefined) return { text: textAt(result, 'text'), color: textAt(result, 'color') }
  }
  return undefined
}

function resultOf(mapping: unknown, value: number | string | null): unknown {
  const options = valueAt(mapping, 'options')
  switch (valueAt(mapping, 'type')) {
    case 'value':
      return valueAt(options, String(value ?? 'null'))
    case 'range':
      return typeof value === 'number' && isWithin(value, options) ? valueAt(options, 'result') : undefined
    case 'regex':
      return byPattern(textAt(options, 'pattern'), value, valueAt(options, 'result'))
    case 'special':
      return isSpecial(textAt(options, 'match'), value) ? valueAt(options, 'result') : undefined
    // As Grafana wrote them before version 8: 1 is a value, 2 a range.
    case 1:
      return String(valueAt(mapping, 'value')) === String(value ?? 'null') ? mapping : undefined
    case 2:
      return typeof value === 'number' && isWithin(value, mapping) ? mapping : undefined
    default:
      return undefined
  }
}

function isWithin(value: number, bounds: unknown): boolean {
  const bound = (key: string, otherwise: number) => {
    const number = valueAt(bounds, key)
    return number === null || number === undefined || number === '' ? otherwise : Number(number)
  }
  return value >= bound('from', Number.NEGATIVE_INFINITY) && value <= bound('to', Number.POSITIVE_INFINITY)
}

function byPattern(pattern: string | undefined, value: number | string | null, result: unknown): unknown {
  const expression = pattern === undefined ? 'invalid' : readPattern(pattern)
  const text = String(value ?? '')
  if (typeof expression === 'string' || !expression.test(text)) return undefined
  const replacement = textAt(result, 'text')
  if (replacement === undefined) return result
  return { text: expression.replace(text, replacement), color: textAt(result, 'color') }
}

function isSpecial(match: string | undefined, value: number | string | null): boolean {
  const isNan = typeof value === 'number' && Number.isNaN(value)
  switch (match) {
    case 'null':
      return value === null
    case 'nan':
      return isNan
    case 'null+nan':
      return value === null || isNan
    case 'empty':
      return value === ''
    default:
      return false
  }
}

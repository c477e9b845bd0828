import { readPattern } from '../dashboards/pattern.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import type { Thresholds } from './thresholds.ts'

/** How a series or a column is shown, after the overrides that fit it. */
export interface FieldConfig {
  readonly unit: string | undefined
  readonly decimals: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly displayName: string | undefined
  readonly noValue: string | undefined
  readonly mappings: readonly unknown[]
  readonly thresholds: Thresholds
  /** `isExplicit`: the file says it, and it is not what is taken otherwise. */
  readonly color: { readonly mode: string; readonly fixed: string | undefined; readonly isExplicit: boolean }
  /** What only one type of panel knows: `lineWidth`, `fillOpacity`, … */
  readonly custom: unknown
}

/** What overrides are matched against. */
export interface MatchedField {
  readonly name: string
  readonly refId: string
  readonly type: 'number' | 'string' | 'time'
}

/** The config of one field: the panel's defaults, then each override that fits, the later over the earlier. */
export function fieldConfig(
  { defaults, overrides }: { readonly defaults: unknown; readonly overrides: readonly unknown[] },
  matched: MatchedField,
): FieldConfig {
  const merged = structuredClone(isObject(defaults) ? defaults : {})
  for (const override of overrides) {
    if (!fits(valueAt(override, 'matcher'), matched)) continue
    for (const property of listAt(override, 'properties')) {
      const id = textAt(property, 'id')
      if (id !== undefined) put(merged, id.split('.'), valueAt(property, 'value'))
    }
  }
  return {
    unit: textAt(merged, 'unit'),
    decimals: numberAt(merged, 'decimals'),
    min: numberAt(merged, 'min'),
    max: numberAt(merged, 'max'),
    displayName: textAt(merged, 'displayName'),
    noValue: textAt(merged, 'noValue'),
    mappings: listAt(merged, 'mappings'),
    thresholds: readThresholds(valueAt(merged, 'thresholds')),
    color: {
      mode: textAt(merged, 'color', 'mode') ?? 'palette-classic',
      fixed: textAt(merged, 'color', 'fixedColor'),
      isExplicit: textAt(merged, 'color', 'mode') !== undefined,
    },
    custom: valueAt(merged, 'custom'),
  }
}

/** A number there; undefined for anything else, so that hostile files cannot smuggle text into numbers. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const number = valueAt(value, ...path)
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function readThresholds(of: unknown): Thresholds {
  const steps = listAt(of, 'steps').map((step) => ({
    value: numberAt(step, 'value') ?? Number.NEGATIVE_INFINITY,
    color: textAt(step, 'color') ?? 'green',
  }))
  return {
    mode: valueAt(of, 'mode') === 'percentage' ? 'percentage' : 'absolute',
    steps:
      steps.length > 0
        ? steps.sort((one, other) => one.value - other.value)
        : [
            { value: Number.NEGATIVE_INFINITY, color: 'green' },
            { value: 80, color: 'red' },
          ],
  }
}

function fits(matcher: unknown, { name, refId, type }: MatchedField): boolean {
  const options = valueAt(matcher, 'options')
  switch (valueAt(matcher, 'id')) {
    case 'byName':
      return options === name
    case 'byRegexp':
      return typeof options === 'string' && isMatch(options, name)
    case 'byFrameRefID':
      return options === refId
    case 'byType':
      return options === type
    case 'byNames': {
      const isListed = listAt(options, 'names').includes(name)
      return valueAt(options, 'mode') === 'exclude' ? !isListed : isListed
    }
    default:
      return false
  }
}

function put(into: object, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  // A key such as `__proto__` would reach every object there is.
  if (key in Object.prototype) return
  const record = into as Record<string, unknown>
  if (rest.length === 0) record[key] = value
  else {
    if (!isObject(record[key])) record[key] = {}
    put(record[key] as object, rest, value)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isMatch(text: string, name: string): boolean {
  const pattern = readPattern(text)
  return typeof pattern !== 'string' && pattern.test(name)
}

import type { MetricDefinition } from '../catalog/metric.ts'
import { unitWords } from './unit.ts'

/** How OpenTelemetry names become Prometheus names; the words are those of the declarative configuration. */
export const translationStrategies = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
] as const

export type TranslationStrategy = (typeof translationStrategies)[number]

/** What a name is made of: every metric definition fits, and so does what a reader collects. */
export type NamedMetric = Pick<MetricDefinition, 'name' | 'unit' | 'instrument'> & {
  readonly stream?: { readonly name: string } | undefined
}

/**
 * Translates the name of a metric for Prometheus: unit suffix, `_total` and underscores, as the strategy asks.
 * The endpoint, dashboards, alerts, the audit and the command line all call it, so that they agree.
 *
 * @returns the name of a counter's, a gauge's or an up-down counter's series, and for a histogram the name
 * before `_bucket`, `_sum` and `_count`; `''` when nothing of the name can be kept.
 */
export function prometheusName(
  { name, unit, instrument, stream }: NamedMetric,
  strategy: TranslationStrategy = 'UnderscoreEscapingWithSuffixes',
): string {
  const source = stream?.name ?? name
  const suffixes = suffixesOf(unit, instrument)
  switch (strategy) {
    case 'UnderscoreEscapingWithSuffixes':
      return escapedMetricName(withSuffixes(words(source), suffixes))
    case 'UnderscoreEscapingWithoutSuffixes':
      return escapedMetricName(words(source))
    case 'NoUTF8EscapingWithSuffixes':
      return withSuffixText(source, suffixes)
    case 'NoTranslation':
      return source
  }
}

/** Translates the key of an attribute for Prometheus. Two keys may come out the same; see `labels.ts`. */
export function prometheusLabelName(key: string, strategy: TranslationStrategy): string {
  if (!strategy.startsWith('UnderscoreEscaping')) return key
  const name = key.replace(/[^a-zA-Z0-9]+/g, '_')
  return /^[0-9]/.test(name) ? `key_${name}` : name
}

/** Says whether a strategy adds the unit and `_total` to names. */
export function addsSuffixes(strategy: TranslationStrategy): boolean {
  return strategy.endsWith('WithSuffixes')
}

/** The words a name must end in, in this order: `seconds`, `per_second`, then `total` or `ratio`. */
function suffixesOf(unit: string, instrument: NamedMetric['instrument']): string[] {
  const suffixes = unitWords(unit)
  if (instrument === 'counter') suffixes.push('total')
  // Only a gauge of unit 1 is a ratio; a counter of unit 1 counts things.
  if (instrument === 'gauge' && unit === '1') suffixes.push('ratio')
  return suffixes
}

function words(name: string): string[] {
  return name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '')
}

function withSuffixes(name: string[], suffixes: readonly string[]): string[] {
  let result = name
  for (const suffix of suffixes) {
    // A unit that the name already speaks of is not repeated; `total` and `ratio` move to the end.
    if (suffix === 'total' || suffix === 'ratio') {
      result = [...result.filter((word) => word !== suffix), suffix]
    } else if (!` ${result.join('_').replaceAll('_', ' ')} `.includes(` ${suffix.replaceAll('_', ' ')} `)) {
      result = [...result, suffix]
    }
  }
  return result
}

/** Adds what the name does not end in already, and leaves every other character of it alone. */
function withSuffixText(name: string, suffixes: readonly string[]): string {
  let stem = name
  const added: string[] = []
  for (const suffix of [...suffixes].reverse()) {
    const isUnit = suffix !== 'total' && suffix !== 'ratio'
    if (endsInWord(stem, suffix)) {
      // The unit stays where it stands; what belongs after it is taken off and put back at the end.
      if (isUnit) break
      stem = stem.slice(0, -suffix.length - 1)
    }
    added.unshift(suffix)
  }
  return [stem, ...added].join('_')
}

function endsInWord(name: string, word: string): boolean {
  return name.endsWith(word) && /^[^a-zA-Z0-9]$/.test(name.at(-word.length - 1) ?? '')
}

function escapedMetricName(parts: readonly string[]): string {
  const name = parts.join('_')
  return /^[0-9]/.test(name) ? `_${name}` : name
}

import { isTotal, unitOfWord, units } from '@tidegauge/otel/naming'
import { serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { KnownMetric } from '../../../metrics/inventory.ts'
import type { Check } from '../../check.ts'
import type { Finding, Level } from '../../finding.ts'

/** A name that breaks the conventions: https://prometheus.io/docs/practices/naming/ */
export const nameConvention: Check = {
  name: 'name-convention',
  description: 'The name of a metric violates the conventions of Prometheus.',
  run(inputs) {
    return serviceMetrics(inputs)
      .filter(({ isOfRuntime }) => !isOfRuntime)
      .flatMap(({ metric, place }) =>
        conventions.flatMap(({ rule, level, find }): Finding[] => {
          const broken = find(metric)
          return broken
            ? [{ check: 'name-convention', level, place, subject: `${metric.name} ${rule}`, ...broken }]
            : []
        }),
      )
  },
}

interface Convention {
  /** In the subject, so that each can be excepted by itself. */
  readonly rule: string
  readonly level: Level
  readonly find: (metric: KnownMetric) => { reason: string; mend: string } | undefined
}

/** The word of the base unit that a word of a name should be instead: `seconds` for `millis`. */
function baseWordOf(word: string): string | undefined {
  const measures = units.get(unitOfWord(word) ?? symbols[word] ?? '')?.measures
  if (measures === undefined || measures.factor === 1) return undefined
  // A percentage may be what is meant, and is called percent then.
  if (measures.base === '1') return word === 'percentage' ? 'ratio' : undefined
  return units.get(measures.base)?.word
}

/** Symbols in the place of words, which only at the end of a name stand for a unit. */
const symbols: Readonly<Record<string, string>> = { us: 'us', ns: 'ns' }

/** In the middle of a name these are a country, a namespace, and the like. */
const ambiguous = /^(us|ns|[kmg]i?b|bits)$/i

const conventions: readonly Convention[] = [
  {
    rule: 'total',
    level: 'warning',
    find: ({ name, type }) =>
      type === 'counter' && !isTotal(name)
        ? {
            reason: `${name} is a counter, and its name does not end in _total`,
            mend: `Call it ${name.replace(/_(count|sum|counter)$/, '')}_total; OpenMetrics requires it.`,
          }
        : undefined,
  },
  {
    rule: 'suffix',
    level: 'warning',
    find: ({ name, type }) => {
      const suffix = /_(total|count|sum|bucket|info)$/.exec(name)?.[0]
      const isFine = suffix === undefined || type === 'counter' || type === 'unknown' || suffix === '_info'
      return isFine || (suffix !== '_total' && type !== 'gauge' && type !== 'histogram' && type !== 'summary')
        ? undefined
        : {
            reason: `${name} is a ${type}, and its name ends in ${suffix}, which ${suffix === '_total' ? 'only counters have' : 'belongs to the series of histograms'}`,
            mend: `Leave ${suffix} off.`,
          }
    },
  },
  {
    rule: 'unit',
    level: 'warning',
    find: ({ name }) => {
      const words = name.split('_')
      const last = isTotal(name) ? words.length - 2 : words.length - 1
      const unit = words.find(
        (word, index) =>
          baseWordOf(word.toLowerCase()) !== undefined && (index === last || !ambiguous.test(word)),
      )
      if (unit === undefined) return undefined
      const base = baseWordOf(unit.toLowerCase())
      return {
        reason: `${name} is in ${unit}, which is not a base unit`,
        mend: `Record it in ${base} and call it ${words.map((word) => (word === unit ? base : word)).join('_')}.`,
      }
    },
  },
  {
    rule: 'unit-last',
    level: 'info',
    find: ({ name }) => {
      const unit = /_(seconds|bytes|celsius|meters|ratio)_(?!total$|info$|per_|bucket|count|sum)\w+/.exec(
        name,
      )?.[1]
      return unit === undefined || /_timestamp_/.test(name)
        ? undefined
        : {
            reason: `The unit ${unit} stands in the middle of ${name}`,
            mend: 'Put the unit last, before _total.',
          }
    },
  },
  {
    rule: 'characters',
    level: 'warning',
    find: ({ name }) =>
      /[A-Z]|__|^_|_$/.test(name)
        ? {
            reason: `${name} is not written in small letters with single underscores`,
            mend: `Call it ${snakeCase(name)}.`,
          }
        : undefined,
  },
  {
    rule: 'colon',
    level: 'warning',
    find: ({ name }) =>
      name.includes(':')
        ? {
            reason: `${name} has a colon, which is reserved for recording rules`,
            mend: `Call it ${name.replaceAll(':', '_')}.`,
          }
        : undefined,
  },
  {
    rule: 'type-word',
    level: 'warning',
    find: ({ name }) => {
      const word = /_(counter|gauge|histogram|summary)(_|$)/.exec(name)?.[1]
      return word === undefined
        ? undefined
        : {
            reason: `${name} has its type, ${word}, in its name`,
            mend: `Leave ${word} off: the type is exposed separately.`,
          }
    },
  },
]

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '')
}

import { seriesName } from '@tidegauge/otel/naming'
import { labelsKey, latestFamilies } from '../../../inputs/service-metrics.ts'
import type { Family, Sample } from '../../../scrape/scrape.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A histogram whose buckets contradict each other, or say nothing about what was observed. */
export const histogramShape: Check = {
  name: 'histogram-shape',
  description: 'The buckets of a histogram contradict each other, or do not fit what was observed.',
  run({ targets }) {
    return latestFamilies(targets)
      .filter(({ type, samples }) => type === 'histogram' && samples.length > 0)
      .flatMap((family): Finding[] => {
        const place = { file: family.url, line: family.line }
        const fault = contradiction(family) ?? misfit(family)
        return fault ? [{ check: 'histogram-shape', place, subject: family.name, ...fault }] : []
      })
  },
}

type Fault = Pick<Finding, 'level' | 'reason' | 'mend'>

interface Buckets {
  readonly bounds: readonly { readonly le: number; readonly count: number }[]
  readonly count: number | undefined
  readonly hasSum: boolean
}

function contradiction({ name, samples }: Family): Fault | undefined {
  const all = bucketsOf(name, samples)
  if (all.every(({ bounds }) => bounds.length === 0))
    return {
      level: 'warning',
      reason: `${name} is a histogram without buckets; quantiles cannot be told`,
      mend: 'Export its buckets, or declare it as a summary.',
    }
  for (const { bounds, count, hasSum } of all) {
    const error = (problem: string): Fault => ({
      level: 'error',
      reason: `${name} ${problem}`,
      mend: 'Fix the exporter: buckets are cumulative and end with le="+Inf", which equals _count.',
    })
    if (bounds.at(-1)?.le !== Number.POSITIVE_INFINITY) return error('has no bucket le="+Inf"')
    if (bounds.some(({ count: one }, index) => one < (bounds[index - 1]?.count ?? 0)))
      return error('has a bucket with fewer observations than the one below it')
    if (count !== undefined && bounds.at(-1)?.count !== count)
      return error('has another number of observations in _count than in le="+Inf"')
    if (count === undefined || !hasSum)
      return error(`has no ${seriesName(name, count === undefined ? 'count' : 'sum')}`)
  }
  return undefined
}

/** Enough observations to say something about where they fall. */
const enough = 100

function misfit({ name, samples }: Family): Fault | undefined {
  const all = bucketsOf(name, samples).filter(({ bounds }) => bounds.length > 1)
  const count = sum(all.map((one) => one.count ?? 0))
  if (count < enough) return undefined
  const finite = all.flatMap(({ bounds }) => bounds.slice(-2, -1))
  const beyond = count - sum(finite.map((bound) => bound.count))
  const lowest = sum(all.map(({ bounds }) => bounds[0]?.count ?? 0))
  const highestBound = finite.reduce((highest, { le }) => Math.max(highest, le), Number.NEGATIVE_INFINITY)
  const lowestBound = all.reduce(
    (lowest, { bounds: [first] }) => Math.min(lowest, first?.le ?? Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  )
  if (beyond > count / 2) {
    return {
      level: 'warning',
      reason: `${percent(beyond, count)} of the observations of ${name} are above its highest bound ${highestBound}; quantiles cannot be told`,
      mend: 'Choose bounds around the values that occur; a wrong unit (seconds, milliseconds) is the usual cause.',
    }
  }
  if (lowest === count && lowestBound > 0) {
    return {
      level: 'info',
      reason: `All observations of ${name} are in its lowest bucket, up to ${lowestBound}; quantiles cannot be told`,
      mend: 'Choose bounds around the values that occur; a wrong unit (seconds, milliseconds) is the usual cause.',
    }
  }
  return undefined
}

function bucketsOf(name: string, samples: readonly Sample[]): Buckets[] {
  const groups = Map.groupBy(samples, ({ labels }) =>
    labelsKey(new Map([...labels].filter(([label]) => label !== 'le'))),
  )
  return [...groups.values()].map((group) => ({
    bounds: group
      .filter((sample) => sample.name === seriesName(name, 'bucket'))
      .map(({ labels, value }) => ({ le: boundOf(labels.get('le') ?? ''), count: value }))
      .sort((a, b) => a.le - b.le),
    count: group.find((sample) => sample.name === seriesName(name, 'count'))?.value,
    hasSum: group.some((sample) => sample.name === seriesName(name, 'sum')),
  }))
}

function boundOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`
}

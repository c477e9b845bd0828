import { isPart, seriesName } from '@tidegauge/otel/naming'
import { labelsKey, latestFamilies } from '../../../inputs/service-metrics.ts'
import { hasRestarted } from '../../../scrape/restarted.ts'
import type { Family, Target } from '../../../scrape/scrape.ts'
import type { Prometheus, RangeSeries } from '../../../server/server.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** How many steps in a row it has to have moved, and then to have stood still. */
const steps = 5

/** A counter that moved all the time and has stopped, and a metric that the service no longer exposes. */
export const metricStale: Check = {
  name: 'metric-stale',
  description: 'A counter moved steadily and has stopped, or a metric has disappeared.',
  async run({ targets, prometheus }) {
    const counters = latestFamilies(targets).filter(({ type }) => type === 'counter' || type === 'histogram')
    const scraped = counters.map((family) => ({ family, values: scrapedValues(family, targets) }))
    const unclear = scraped.filter(({ values }) => !hasStopped(values)).map(({ family }) => seriesOf(family))
    const asked = prometheus === undefined ? undefined : await lastTwoHours(unclear, prometheus)
    const stopped = scraped.map(({ family, values }) => {
      if (hasStopped(values)) return { family, over: `${values.length} scrapes` }
      const sum = asked?.get(seriesOf(family))
      return sum && hasStopped(valuesOf(sum)) ? { family, over: 'the last two hours' } : undefined
    })
    const halted = stopped
      .filter((found) => found !== undefined)
      .map(
        ({ family: { name, url, line }, over }): Finding => ({
          check: 'metric-stale',
          level: 'warning',
          place: { file: url, line },
          subject: name,
          reason: `${name} moved steadily over the first part of ${over}, and then stopped`,
          mend: 'Check whether what it counts has stopped as well; if not, the code that records it is no longer reached.',
        }),
      )
    return [...halted, ...targets.flatMap(vanished)]
  },
}

/** The series of a family that tells how often something happened. */
function seriesOf({ name, type }: Family): string {
  return seriesName(name, type === 'histogram' ? 'count' : 'value')
}

/** How many metrics one query asks for. */
const namesPerQuery = 100

/** Sums of metrics over time, by name; those that Prometheus does not know are left out. */
async function lastTwoHours(
  names: readonly string[],
  prometheus: Prometheus,
): Promise<ReadonlyMap<string, RangeSeries>> {
  const to = new Date()
  const range = { from: new Date(to.getTime() - 2 * 3_600_000), to, stepMs: 300_000 }
  const queries = Array.from({ length: Math.ceil(names.length / namesPerQuery) }, (_, at) => {
    const some = names.slice(at * namesPerQuery, (at + 1) * namesPerQuery)
    const pattern = some.map((name) => name.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|')
    return `sum by (__name__) ({__name__=~${JSON.stringify(pattern)}})`
  })
  const answers = await Promise.all(queries.map((query) => prometheus.queryRange(query, range)))
  return new Map(answers.flat().map((series) => [series.labels.get('__name__') ?? '', series]))
}

/** A new process has metrics again once it measures something; a running one keeps those that it had. */
function vanished({ url, scrapes }: Target): Finding[] {
  const [last, before] = [scrapes.at(-1), scrapes.at(-2)]
  if (last === undefined || before === undefined || last.families.size === 0) return []
  if (hasRestarted(before, last)) return []
  return [...before.families.values()]
    .filter(
      ({ name }) => !last.families.has(name) && scrapes.slice(0, -1).every((one) => one.families.has(name)),
    )
    .map(({ name }) => ({
      check: 'metric-stale',
      level: 'warning',
      place: { file: url },
      subject: `${name} gone`,
      reason: `${name} was in ${scrapes.length === 2 ? 'the scrape before' : `all ${scrapes.length - 1} scrapes before`} and is not in the last one, though the process did not restart`,
      mend: 'Find out what unregisters it; queries for it find nothing from then on.',
    }))
}

/** Sums of a family, scrape by scrape. */
function scrapedValues({ name, type, url }: Family & { url: string }, targets: readonly Target[]): number[] {
  const scrapes = targets.find((target) => target.url === url)?.scrapes ?? []
  return scrapes.map(({ families }) =>
    (families.get(name)?.samples ?? [])
      .filter((sample) =>
        type === 'histogram' ? isPart(sample.name, 'count') : !isPart(sample.name, 'created'),
      )
      .map((sample) => [labelsKey(sample.labels), sample.value] as const)
      .reduce((sum, [, value]) => sum + value, 0),
  )
}

function valuesOf({ points }: RangeSeries): number[] {
  return points.map(([, value]) => value)
}

function hasStopped(values: readonly number[]): boolean {
  const moves = values.slice(1).map((value, index) => value > (values[index] ?? 0))
  const lastMove = moves.lastIndexOf(true)
  const still = moves.length - 1 - lastMove
  const before = moves.slice(Math.max(0, lastMove - steps + 1), lastMove + 1)
  return still >= steps && before.length === steps && before.every(Boolean)
}

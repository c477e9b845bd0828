import { isPart, seriesName } from '@tidegauge/otel/naming'
import { latestFamilies, serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Family } from '../../../scrape/scrape.ts'
import type { Prometheus } from '../../../server/server.ts'
import type { AuditInputs, Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

const rangeMs = 24 * 3_600_000

/** A counter or histogram that is still at its initial value. */
export const metricNeverUpdated: Check = {
  name: 'metric-never-updated',
  description: 'A counter or histogram is still at its initial value.',
  async run(inputs) {
    const ofRuntime = new Set(
      serviceMetrics(inputs).flatMap(({ metric, isOfRuntime }) => (isOfRuntime ? [metric.name] : [])),
    )
    const still = latestFamilies(inputs.targets).filter(
      (family) =>
        !ofRuntime.has(family.name) &&
        (family.type === 'counter' || family.type === 'histogram') &&
        isInitial(family),
    )
    const findings = await Promise.all(
      still.map(async (family) => findingOf(family, inputs, await wasMoving(family, inputs.prometheus))),
    )
    return findings.filter((finding) => finding !== undefined)
  },
}

/** After a restart the counters start over, while Prometheus remembers that they have moved. */
async function wasMoving({ name, type }: Family, prometheus: Prometheus | undefined): Promise<boolean> {
  if (prometheus === undefined) return false
  const series = seriesName(name, type === 'histogram' ? 'count' : 'value')
  const [most] = await prometheus.query(
    `max(max_over_time({__name__=${JSON.stringify(series)}}[${rangeMs / 3_600_000}h]))`,
  )
  return most !== undefined && most.value > 0
}

function findingOf(
  family: Family & { url: string },
  { source, targets, prometheus }: AuditInputs,
  moved: boolean,
): Finding | undefined {
  if (moved) return undefined
  const { name, url, line } = family
  const scrapes = targets.find((target) => target.url === url)?.scrapes.length ?? 1
  // One may declare it, as a catalog does, and another make the instrument that records it.
  const declarations = source?.metrics.filter((metric) => metric.name === name) ?? []
  const [declared] = declarations
  const recorded = declarations.flatMap(({ recordings = [] }) =>
    recordings.filter(({ reach }) => reach === 'product'),
  )
  const nothingRecords = declared?.recordings !== undefined && recorded.length === 0
  const since = prometheus
    ? 'in the last 24 hours'
    : scrapes > 1
      ? `in ${scrapes} scrapes`
      : 'since the start'
  return {
    check: 'metric-never-updated',
    level: nothingRecords ? 'warning' : 'info',
    place: { file: url, line },
    subject: name,
    reason: `${name} has not been recorded ${since}${nothingRecords ? ', and nothing in the source records it' : ''}`,
    mend: nothingRecords
      ? `Record it, or delete its declaration in ${declared.file}:${declared.line}.`
      : recorded.length > 0
        ? `Nothing to do if what it counts has not happened; it is recorded in ${recorded[0]?.file}:${recorded[0]?.line}.`
        : source === undefined
          ? 'Nothing to do if what it counts has not happened; give --source to see whether anything records it.'
          : 'Nothing to do if what it counts has not happened; the source that was read does not declare it.',
  }
}

function isInitial({ samples, type }: Family): boolean {
  const values = samples.filter(({ name }) =>
    type === 'histogram' ? isPart(name, 'count') : !isPart(name, 'created'),
  )
  return values.length > 0 && values.every(({ value }) => value === 0)
}

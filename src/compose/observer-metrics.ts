import { catalog } from '../catalog/catalog.ts'
import {
  actionDuration,
  checkpointSaveDuration,
  eventProcessingDuration,
} from '../catalog/observers/metrics.ts'
import type { ObserversConfig } from '../flow/observers/definition.ts'
import { SetupError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'

/** The catalog, with the buckets that the observers' file names for their timing histograms. */
export function catalogFor(observers: ObserversConfig | undefined): typeof catalog {
  const buckets = observers?.file.metrics.histogram_buckets
  if (buckets === undefined) return catalog
  const timed: readonly string[] = [actionDuration, checkpointSaveDuration, eventProcessingDuration].map(
    ({ name }) => name,
  )
  return catalog.map((metric) => (timed.includes(metric.name) ? { ...metric, buckets } : metric))
}

/** What is in force in the pipeline, and where it came from. */
export interface MeasuringPipeline {
  readonly tidegauge: { readonly sample_rate: number }
  readonly config: readonly { readonly key: string; readonly value: unknown; readonly origin: string }[]
}

/**
 * The rate of sampling and the interval of pushes are the pipeline's. The observers' file may name them for its
 * readers, and then has to name the same.
 *
 * @throws {SetupError} when it names others.
 */
export function checkObserverMetrics(
  { file: { metrics }, path, place }: Pick<ObserversConfig, 'file' | 'path' | 'place'>,
  { tidegauge, config }: MeasuringPipeline,
  log: Pick<Log, 'warn'>,
): void {
  const originOf = (key: string) => config.find((setting) => setting.key === key)?.origin ?? 'default'
  const differ = (key: string, own: string, others: string, origin: string) => {
    throw new SetupError(
      `${place(['metrics', key])}: is ${own}, and the pipeline has ${others} (${origin}); name one value, or leave it to the pipeline`,
    )
  }
  const { sample_rate: rate, export_interval: intervalMs } = metrics
  if (rate !== undefined && rate !== tidegauge.sample_rate)
    differ('sample_rate', String(rate), String(tidegauge.sample_rate), originOf('tidegauge.sample_rate'))
  if (intervalMs === undefined) return
  const intervals = config.filter(({ key }) =>
    /^meter_provider\.readers\[\d+\]\.periodic\.interval$/.test(key),
  )
  for (const { value, origin } of intervals)
    if (Number(value) !== intervalMs) differ('export_interval', `${intervalMs} ms`, `${value} ms`, origin)
  if (intervals.length === 0)
    log.warn('the export interval of the observers has no effect: the metrics are scraped, not pushed', {
      file: path,
    })
}

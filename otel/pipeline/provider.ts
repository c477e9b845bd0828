import type { Meter, MeterOptions } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { type IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics'
import { disabledMeter } from '../meter/meter-settings.ts'
import type { ExemplarFilter } from '../sdk/exemplars.ts'
import { extendProvider } from '../sdk/extend.ts'
import { reportReader } from '../sdk/reader-metrics.ts'
import { type ResolutionOptions, resolveViews, restViews } from './views/view-resolution.ts'

export interface ProviderOptions extends ResolutionOptions {
  readonly resource: Resource
  readonly readers: IMetricReader[]
  /** Which measurements become exemplars, whoever reads. */
  readonly exemplarFilter: ExemplarFilter
  /** Meters for which this is false record nothing. */
  readonly isEnabled: (meterName: string) => boolean
}

/** A provider that resolves views instrument by instrument, and limits series for life. */
export class PipelineMeterProvider extends MeterProvider {
  readonly #isEnabled: ProviderOptions['isEnabled']

  constructor(options: ProviderOptions) {
    const streams = [...options.userViews, ...options.catalogViews, ...restViews(options)]
    super({
      resource: options.resource,
      readers: options.readers,
      views: streams.map((stream) => stream.options),
    })
    this.#isEnabled = options.isEnabled
    resolveViews(this, streams, options)
    extendProvider(this, options)
    for (const reader of options.readers) reportReader(reader, this)
  }

  override getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    return this.#isEnabled(name) ? super.getMeter(name, version, options) : disabledMeter()
  }
}

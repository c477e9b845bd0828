import type { Meter, MeterOptions } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { disabledMeter } from '../meter/meter-settings.ts'
import { type ResolutionOptions, resolveViews, restViews } from './views/view-resolution.ts'

export interface ProviderOptions extends ResolutionOptions {
  readonly resource: Resource
  readonly readers: MetricReader[]
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
    // Not by the option of the SDK, which would take meters before the views are in place.
    for (const reader of options.readers)
      if (reader instanceof MetricReader) reader._setSelfObsMeterProvider(this)
  }

  override getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    return this.#isEnabled(name) ? super.getMeter(name, version, options) : disabledMeter()
  }
}

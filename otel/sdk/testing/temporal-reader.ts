import { type AggregationTemporality, MetricReader } from '@opentelemetry/sdk-metrics'

/** Collects when it is told to, with one temporality. */
export class TemporalReader extends MetricReader {
  constructor(temporality: AggregationTemporality, cardinality?: number) {
    super({
      aggregationTemporalitySelector: () => temporality,
      ...(cardinality !== undefined && { cardinalitySelector: () => cardinality }),
    })
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

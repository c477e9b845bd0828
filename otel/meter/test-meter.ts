import type { Meter } from '@opentelemetry/api'
import { type CollectionResult, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { AttributesOf, MetricDefinition } from '../catalog/metric.ts'
import { configureMeter, type MeterSettings } from './meter-settings.ts'

export interface TestMeter {
  readonly meter: Meter
  /**
   * The sum over the series that have the given attributes; a histogram's count. Undefined where there is none.
   */
  value<const Definition extends MetricDefinition>(
    definition: Definition,
    attributes?: Partial<AttributesOf<Definition>>,
  ): Promise<number | undefined>
  /** Everything as a reader gets it. */
  collect(): Promise<CollectionResult>
}

/** A meter for tests, and what was recorded with it. */
export function createTestMeter(settings: MeterSettings = {}): TestMeter {
  const reader = new TestReader()
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test')
  configureMeter(meter, settings)
  const collect = () => reader.collect()
  return {
    meter,
    collect,
    value: async (definition, attributes = {}) => {
      const { resourceMetrics } = await collect()
      const points = resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => descriptor.name === definition.name)
        .flatMap(({ dataPoints }) => dataPoints as readonly Point[])
        .filter((point) =>
          Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
        )
      if (points.length === 0) return undefined
      return points.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0)
    },
  }
}

interface Point {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number | { readonly count: number }
}

class TestReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

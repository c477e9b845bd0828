import { setTimeout as sleep } from 'node:timers/promises'
import type { MetricDefinition } from '../../../otel/catalog/metric.ts'
import { bind, observe, startPipeline } from '../../../otel/otel.ts'

const visits = {
  name: 'shop.visits',
  instrument: 'counter',
  unit: '{visit}',
  description: 'Visits, by visitor: more than the limit foresees.',
  attributes: { visitor: { limit: 10 } },
} as const satisfies MetricDefinition

const carts = {
  name: 'shop.carts',
  instrument: 'counter',
  unit: '{cart}',
  description: 'Carts, by size.',
  attributes: { size: ['small', 'large'] },
} as const satisfies MetricDefinition

const shelves = {
  name: 'shop.shelves',
  instrument: 'gauge',
  unit: '{item}',
  description: 'Items on each shelf.',
  attributes: { shelf: { limit: 10_000 } },
} as const satisfies MetricDefinition

const stock = {
  name: 'shop.stock',
  instrument: 'gauge',
  unit: '{item}',
  description: 'Items in stock, as a slow database counts them.',
} as const satisfies MetricDefinition

/** What such a service may do wrong. */
export interface Misconduct {
  /** A label of ever new values. @default false */
  readonly floodsLabels?: boolean
  /** A value that is not declared. @default false */
  readonly recordsUndeclared?: boolean
  /** How long an observation takes. @default 0 */
  readonly observesForMs?: number
  /** An observation throws. @default false */
  readonly cannotObserve?: boolean
  /** Series that it exports beside the others. @default 0 */
  readonly series?: number
}

/** Another service on the same pipeline, with faults that Tidegauge itself does not have. */
export interface MeasuredService extends AsyncDisposable {
  readonly metrics: string
}

export async function startMeasuredService(
  port: number,
  {
    floodsLabels = false,
    recordsUndeclared = false,
    observesForMs = 0,
    cannotObserve = false,
    series = 0,
  }: Misconduct,
): Promise<MeasuredService> {
  const pipeline = await startPipeline({
    catalog: [visits, carts, shelves, stock],
    service: { name: 'shop', version: '1.0.0' },
    environment: { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) },
  })
  const meter = pipeline.meter()
  const countVisits = bind(meter, visits)
  const countCarts = bind(meter, carts)
  observe(meter, shelves, () =>
    Array.from({ length: series }, (_, index) => ({ value: 1, attributes: { shelf: `s${index}` } })),
  )
  observe(meter, stock, () =>
    cannotObserve ? Promise.reject(new Error('the stock cannot be counted')) : sleep(observesForMs, 1),
  )
  let visitor = 0
  const timer = setInterval(() => {
    if (floodsLabels) for (let i = 0; i < 20; i++) countVisits.add(1, { visitor: `v${visitor++}` })
    // As a caller without types would.
    if (recordsUndeclared) countCarts.add(1, { size: 'enormous' as 'large' })
  }, 200)
  return {
    metrics: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await pipeline[Symbol.asyncDispose]()
    },
  }
}

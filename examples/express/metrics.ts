import type { MetricDefinition } from '@tidegauge/otel'

export const drinks = ['espresso', 'latte', 'tea'] as const

export const cafeOrders = {
  name: 'cafe.orders',
  instrument: 'counter',
  unit: '{order}',
  description: 'Orders taken, by drink.',
  attributes: { drink: drinks },
} as const satisfies MetricDefinition

export const cafeBrewDuration = {
  name: 'cafe.brew_duration',
  instrument: 'histogram',
  unit: 's',
  description: 'Time from an order to its cup, by drink.',
  attributes: { drink: drinks },
  buckets: [0.01, 0.02, 0.05, 0.1],
} as const satisfies MetricDefinition

export const catalog: readonly MetricDefinition[] = [cafeOrders, cafeBrewDuration]

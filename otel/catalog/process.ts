import type { MetricDefinition } from './metric.ts'

export const uptime = {
  name: 'uptime',
  instrument: 'gauge',
  unit: 's',
  description: 'Time since this process began.',
} as const satisfies MetricDefinition

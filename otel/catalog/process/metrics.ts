import type { Component } from '../component.ts'
import type { MetricDefinition } from '../metric.ts'

export const processComponent = {
  name: 'process',
  title: 'Process',
  description: 'The Node process: memory, CPU, event loop, garbage collection.',
} as const satisfies Component

export const uptime = {
  name: 'uptime',
  instrument: 'gauge',
  unit: 's',
  description: 'Time since this process began.',
  thresholds: { warning: 300, bad: 'below' },
} as const satisfies MetricDefinition

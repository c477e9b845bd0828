import type { Meter, MeterProvider } from '@opentelemetry/api'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import type { MetricDefinition } from '../catalog/metric.ts'
import { uptime } from '../catalog/process.ts'
import { observe } from '../meter/observe.ts'

// Names, units and attributes are those of the semantic conventions for processes. The published
// @opentelemetry/host-metrics has them without units, and brings along what reads the network of the host.

export const processCpuTime = {
  name: 'process.cpu.time',
  instrument: 'counter',
  unit: 's',
  description: 'CPU time that the process has used, by mode.',
  attributes: { 'cpu.mode': ['user', 'system'] },
} as const satisfies MetricDefinition

export const processMemoryUsage = {
  name: 'process.memory.usage',
  instrument: 'upDownCounter',
  unit: 'By',
  description: 'Physical memory in use by the process.',
} as const satisfies MetricDefinition

/**
 * Measures the process and its runtime.
 *
 * @returns ends it.
 */
export function observeProcess(meter: Meter, provider: MeterProvider): () => void {
  const ends = [
    observe(meter, uptime, () => process.uptime()),
    observe(meter, processCpuTime, () => {
      const { user, system } = process.cpuUsage()
      return [
        { value: user / 1e6, attributes: { 'cpu.mode': 'user' } },
        { value: system / 1e6, attributes: { 'cpu.mode': 'system' } },
      ]
    }),
    observe(meter, processMemoryUsage, () => process.memoryUsage.rss()),
  ]
  const runtime = new RuntimeNodeInstrumentation()
  runtime.setMeterProvider(provider)
  return () => {
    runtime.disable()
    for (const end of ends) end()
  }
}

import type { Meter, MeterProvider } from '@opentelemetry/api'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { uptime } from '../catalog/process/metrics.ts'
import { processCpuTime, processMemoryUsage } from '../catalog/process/runtime.ts'
import { observe } from '../meter/observe.ts'

// Names, units and attributes are those of the semantic conventions for processes. The published
// @opentelemetry/host-metrics has them without units, and brings along what reads the network of the host.

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

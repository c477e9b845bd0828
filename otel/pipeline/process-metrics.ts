import type { Meter } from '@opentelemetry/api'
import { uptime } from '../catalog/process/metrics.ts'
import { processCpuTime, processMemoryUsage } from '../catalog/process/runtime.ts'
import { observe } from '../meter/observe.ts'

// Names, units and attributes are those of the semantic conventions for processes. The published
// @opentelemetry/host-metrics has them without units, and brings along what reads the network of the host.

/**
 * Measures the process.
 *
 * @returns ends it.
 */
export function observeProcess(meter: Meter): () => void {
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
  return () => {
    for (const end of ends) end()
  }
}

import type { Check } from '../../check.ts'
import { recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-counter-misuse'

/** To `rate()`, a counter that falls looks like a restart, after which everything is counted again. */
export const sourceCounterMisuse: Check = {
  name: check,
  description: 'A counter is decremented or reset.',
  *run(inputs) {
    for (const metric of recordedMetrics(inputs)) {
      if (metric.type !== 'counter') continue
      for (const recording of metric.recordings) {
        const { by, reach } = recording
        if (reach !== 'product' || (by !== 'decrement' && by !== 'reset')) continue
        yield sourceFinding(metric, {
          check,
          level: 'error',
          at: recording,
          reason: `The counter ${metric.name} is ${by === 'reset' ? 'reset' : 'decremented'} here.`,
          mend: 'Count up only, or make it a gauge if it is to go down.',
        })
      }
    }
  },
}

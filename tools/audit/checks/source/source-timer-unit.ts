import { unitOf } from '../../../metrics/metric-unit.ts'
import type { Check } from '../../check.ts'
import { productRecordings, recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-timer-unit'

/** The timers of all client libraries measure seconds, whatever the metric is called. */
export const sourceTimerUnit: Check = {
  name: check,
  description: 'A timer of the library, which measures seconds, records a metric in another unit.',
  *run(inputs) {
    for (const metric of recordedMetrics(inputs)) {
      const timer = productRecordings(metric).find(({ by }) => by === 'time')
      const unit = unitOf(metric)
      if (timer === undefined || unit === undefined || unit === 's') continue
      yield sourceFinding(metric, {
        check,
        level: 'error',
        at: timer,
        reason: `The timer measures seconds, and ${metric.name} says ${unit}: its values and buckets are off.`,
        mend: 'Name it in seconds and choose buckets in seconds, or measure the time yourself.',
      })
    }
  },
}

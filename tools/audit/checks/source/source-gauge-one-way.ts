import type { Check } from '../../check.ts'
import { productRecordings, recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-gauge-one-way'

/** What only ever goes up counts events; a gauge of what is running has to come down again. */
export const sourceGaugeOneWay: Check = {
  name: check,
  description: 'A gauge is only ever incremented, or only ever decremented.',
  *run(inputs) {
    for (const metric of recordedMetrics(inputs)) {
      if (metric.type !== 'gauge') continue
      const ways = new Set(productRecordings(metric).map(({ by }) => by))
      const [way] = ways
      if (ways.size !== 1 || (way !== 'increment' && way !== 'decrement')) continue
      const other = way === 'increment' ? 'decremented' : 'incremented'
      yield sourceFinding(metric, {
        check,
        level: 'error',
        reason: `The gauge ${metric.name} is ${way}ed everywhere and ${other} nowhere.`,
        mend:
          way === 'increment'
            ? 'Decrement it when what it counts has ended, or make it a counter.'
            : 'Increment it when what it counts begins.',
      })
    }
  },
}

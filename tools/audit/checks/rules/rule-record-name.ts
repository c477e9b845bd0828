import type { Check } from '../../check.ts'
import { ruleFinding, rulesOf } from './rule-listing.ts'

const check = 'rule-record-name'

export const ruleRecordName: Check = {
  name: check,
  description: 'Recording rules that are not called level:metric:operations.',
  *run(inputs) {
    for (const located of rulesOf(inputs, 'record')) {
      const { name } = located.rule
      if (!/^[a-zA-Z_:][\w:]*$/.test(name)) {
        yield ruleFinding(located, {
          check,
          level: 'error',
          reason: `${JSON.stringify(name)} is not a name for a metric.`,
          mend: 'Use letters, digits, _ and :.',
        })
        continue
      }
      const parts = name.split(':')
      if (parts.length >= 2 && parts.length <= 3 && parts.every((part) => part !== '')) continue
      yield ruleFinding(located, {
        check,
        level: 'info',
        reason: `${name} does not show that it is recorded, nor from what.`,
        mend: 'Call it level:metric:operations, such as job:http_requests:rate5m.',
      })
    }
  },
}

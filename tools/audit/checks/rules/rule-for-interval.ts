import { durationText } from '../../../rules/duration.ts'
import type { Check } from '../../check.ts'
import { ruleFinding, rulesOf } from './rule-listing.ts'

const check = 'rule-for-interval'

export const ruleForInterval: Check = {
  name: check,
  description: 'Alerts whose for is shorter than the interval at which their group is evaluated.',
  *run(inputs) {
    for (const located of rulesOf(inputs, 'alert')) {
      const { group, rule } = located
      // Where nothing is said a group is evaluated every minute at most.
      const intervalMs =
        group.intervalMs ??
        (located.rule.forMs !== undefined && located.rule.forMs < 15_000 ? 15_000 : undefined)
      if (
        rule.forMs === undefined ||
        rule.forMs === 0 ||
        intervalMs === undefined ||
        rule.forMs >= intervalMs
      )
        continue
      yield ruleFinding(located, {
        check,
        level: 'warning',
        reason: `It has to hold for ${durationText(rule.forMs)}, and is looked at every ${durationText(intervalMs)}${group.intervalMs === undefined ? ' or less often' : ''}.`,
        mend: 'Make for several times the interval of the group.',
      })
    }
  },
}

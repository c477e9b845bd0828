import type { Check } from '../../check.ts'
import { ruleFinding, rulesOf } from '../rules/rule-listing.ts'
import { catalogRules } from './catalog-rules.ts'
import { regenerate } from './catalog-words.ts'

const check = 'catalog-rule'

export const catalogRule: Check = {
  name: check,
  description:
    'Alerts and recording rules of the catalog whose queries, durations, labels or texts differ from it.',
  *run(inputs) {
    const { expected } = inputs
    if (expected === undefined) return
    for (const { is, faults } of catalogRules(inputs, expected).flatMap(({ pairs }) => pairs)) {
      for (const { about, reason, setting, line, isAddition = false } of faults) {
        const finding = ruleFinding(is, {
          check,
          level: isAddition ? 'info' : 'warning',
          reason,
          mend: regenerate(expected, { setting, instead: 'a rule of another name' }),
          about,
        })
        yield line === undefined ? finding : { ...finding, place: { ...finding.place, line } }
      }
    }
    for (const located of rulesOf(inputs, 'alert')) {
      if (!expected.switchedOff.has(located.rule.name)) continue
      yield ruleFinding(located, {
        check,
        level: 'warning',
        reason: 'It is switched off in the settings of generate, but still here.',
        mend: `Regenerate the rules with \`${expected.command}\`, or take "enabled: false" out of the settings.`,
        about: 'enabled',
      })
    }
  },
}

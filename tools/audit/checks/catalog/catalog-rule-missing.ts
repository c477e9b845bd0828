import type { Rule } from '../../../rules/rule-file.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { counted } from '../../input-counts.ts'
import { rulesOf } from '../rules/rule-listing.ts'
import { meaning } from './catalog-query.ts'
import { catalogRules } from './catalog-rules.ts'

const check = 'catalog-rule-missing'

/** Rules that somebody keeps elsewhere were not given: all of a component may be missing, one of several is missed. */
export const catalogRuleMissing: Check = {
  name: check,
  description: 'Alerts and recording rules of the catalog that are in none of the rule files.',
  *run(inputs) {
    const { expected } = inputs
    if (expected === undefined) return
    const components = catalogRules(inputs, expected)
    const present = components.filter(({ pairs }) => pairs.length > 0)
    if (present.length === 0) return
    const mend = `Regenerate the rules with \`${expected.command}\`, or switch the alert off in its settings (alerts.NAME.enabled: false).`
    for (const { name, pairs, missing } of components) {
      const [first] = pairs
      if (first === undefined) {
        yield {
          check,
          level: present.length > 1 ? 'warning' : 'info',
          place: { file: expected.file },
          subject: name,
          reason: `None of the ${counted(missing.length, 'rule')} of ${name} is in the rule files: ${missing.map((rule) => rule.name).join(', ')}.`,
          mend: `Give the audit the file too, or write it with \`${expected.command}\`.`,
        }
        continue
      }
      for (const rule of missing) {
        const otherName = calledOtherwise(inputs, rule)
        yield {
          check,
          level: 'warning',
          place: { file: first.is.file.file, line: first.is.group.line, rule: rule.name },
          subject: rule.name,
          reason: `${whatIs(rule)} ${rule.name} of the catalog is in none of the rule files${otherName === undefined ? '' : `; ${otherName} asks what it would`}.`,
          mend: otherName === undefined ? mend : `Call ${otherName} ${rule.name}. ${mend}`,
        }
      }
    }
  },
}

function whatIs({ kind }: Rule): string {
  return kind === 'alert' ? 'The alert' : 'The recording rule'
}

/** The name of a rule that asks the same. */
function calledOtherwise(inputs: AuditInputs, { kind, expr }: Rule): string | undefined {
  const wanted = meaning(expr, 'none')
  if (wanted === undefined) return undefined
  for (const { rule } of rulesOf(inputs, kind)) if (meaning(rule.expr, 'none') === wanted) return rule.name
  return undefined
}

import { nearest } from '@tidegauge/otel/nearest'
import type { Check } from '../../check.ts'
import { ruleFinding, rulesOf } from './rule-listing.ts'

const check = 'rule-severity'

export const ruleSeverity: Check = {
  name: check,
  description: 'Severities that are spelled unlike all others.',
  *run(inputs) {
    const counts = new Map<string, number>()
    for (const { rule } of rulesOf(inputs, 'alert')) {
      const severity = rule.labels.get('severity')
      if (severity !== undefined) counts.set(severity, (counts.get(severity) ?? 0) + 1)
    }
    for (const located of rulesOf(inputs, 'alert')) {
      const severity = located.rule.labels.get('severity') ?? ''
      if (severity === '' || usual.has(severity) || severity.includes('{{')) continue
      const meant = nearest(severity, [
        ...usual,
        ...[...counts.keys()].filter((other) => (counts.get(other) ?? 0) > 1 && other !== severity),
      ])
      if (meant === undefined) continue
      yield ruleFinding(located, {
        check,
        level: 'error',
        reason: `Its severity is ${JSON.stringify(severity)}, by which nobody routes.`,
        mend: `Write ${meant}.`,
        about: severity,
      })
    }
  },
}

const usual: ReadonlySet<string> = new Set(
  'critical warning info page ticket none error high medium low major minor emergency'.split(' '),
)

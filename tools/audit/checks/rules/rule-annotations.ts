import type { Rule } from '../../../rules/rule-file.ts'
import type { Check } from '../../check.ts'
import type { Level } from '../../finding.ts'
import { isOversight } from '../oversight.ts'
import { isDeadMansSwitch, ruleFinding, rulesOf } from './rule-listing.ts'

const check = 'rule-annotations'

interface Wanted {
  readonly what: string
  readonly level: Level
  readonly isThere: (rule: Rule) => boolean
  readonly reason: string
  readonly mend: string
}

const wanted: readonly Wanted[] = [
  {
    what: 'for',
    level: 'warning',
    isThere: (rule) => (rule.forMs ?? 0) > 0 || isDeadMansSwitch(rule),
    reason: 'It fires at the first evaluation that finds something: a single bad scrape wakes somebody up.',
    mend: 'Say how long it has to hold: for: 5m.',
  },
  {
    what: 'severity',
    level: 'warning',
    isThere: ({ labels }) => (labels.get('severity') ?? '').trim() !== '',
    reason: 'It has no label severity, by which alerts are routed.',
    mend: 'Add labels: severity: critical, warning or info.',
  },
  {
    what: 'summary',
    level: 'warning',
    isThere: ({ annotations }) =>
      has(annotations, 'summary') || has(annotations, 'message') || has(annotations, 'title'),
    reason: 'It has no summary: whoever is woken up learns its name alone.',
    mend: 'Add annotations: summary, one line that says what is wrong.',
  },
  {
    what: 'description',
    level: 'info',
    isThere: ({ annotations }) => has(annotations, 'description') || has(annotations, 'message'),
    reason: 'It has no description.',
    mend: 'Add annotations: description, with the value and what it means.',
  },
  {
    what: 'runbook',
    level: 'info',
    isThere: (rule) =>
      ['runbook_url', 'runbook', 'runbookURL'].some((key) => has(rule.annotations, key)) ||
      isDeadMansSwitch(rule),
    reason: 'It has no runbook.',
    mend: 'Add annotations: runbook_url, a page that says what to look at and what to do.',
  },
]

export const ruleAnnotations: Check = {
  name: check,
  description: 'Alerts without for, severity, summary, description or runbook.',
  *run(inputs) {
    const alerts = [...rulesOf(inputs, 'alert')]
    for (const { what, level, isThere, reason, mend } of wanted) {
      const lacking = alerts.filter(({ rule }) => !isThere(rule))
      const isOdd = isOversight({ lacking: lacking.length, having: alerts.length - lacking.length })
      for (const located of lacking)
        yield ruleFinding(located, {
          check,
          level: isOdd && level === 'info' ? 'warning' : level,
          reason: isOdd && level === 'info' ? reason.replace(/\.$/, ', as nearly all others have.') : reason,
          mend,
          about: what,
        })
    }
  },
}

function has(annotations: ReadonlyMap<string, string>, name: string): boolean {
  return (annotations.get(name) ?? '').trim() !== ''
}

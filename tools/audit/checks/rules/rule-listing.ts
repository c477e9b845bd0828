import type { Rule, RuleFile, RuleGroup } from '../../../rules/rule-file.ts'
import type { AuditInputs } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import type { Fault } from '../dashboard-finding.ts'

export interface LocatedRule {
  readonly file: RuleFile
  readonly group: RuleGroup
  readonly rule: Rule
}

export function* rulesOf({ rules }: AuditInputs, kind?: Rule['kind']): Generator<LocatedRule> {
  for (const file of rules) {
    for (const group of file.groups) {
      for (const rule of group.rules)
        if (kind === undefined || rule.kind === kind) yield { file, group, rule }
    }
  }
}

export function ruleFinding(
  { file, rule }: LocatedRule,
  { about, ...fault }: Fault & { readonly about?: string },
): Finding {
  return {
    ...fault,
    place: { file: file.file, line: rule.line, rule: rule.name },
    subject: about === undefined ? rule.name : `${rule.name}/${about}`,
  }
}

/** An alert that is meant to fire always, as a sign that alerting works. */
export function isDeadMansSwitch({ name, labels }: Rule): boolean {
  return /watchdog|dead_?man|heartbeat|alwaysfir/i.test(name) || labels.get('severity') === 'none'
}

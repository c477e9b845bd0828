import type { Check } from '../../check.ts'
import { ruleAlwaysFires } from './rule-always-fires.ts'
import { ruleAnnotations } from './rule-annotations.ts'
import { ruleDuplicate } from './rule-duplicate.ts'
import { ruleFlipped } from './rule-flipped.ts'
import { ruleForInterval } from './rule-for-interval.ts'
import { ruleNeverFires } from './rule-never-fires.ts'
import { ruleOrder } from './rule-order.ts'
import { ruleRecordLevel } from './rule-record-level.ts'
import { ruleRecordName } from './rule-record-name.ts'
import { ruleRecordRange } from './rule-record-range.ts'
import { ruleSeverity } from './rule-severity.ts'
import { ruleSeverityOrder } from './rule-severity-order.ts'
import { ruleShareInPercent } from './rule-share-in-percent.ts'
import { ruleTemplate } from './rule-template.ts'
import { ruleUnsetTime } from './rule-unset-time.ts'
import { ruleWindowWords } from './rule-window-words.ts'

/** The checks of alerting and recording rules, besides those of their queries. */
export const ruleChecks: readonly Check[] = [
  ruleAlwaysFires,
  ruleAnnotations,
  ruleDuplicate,
  ruleFlipped,
  ruleForInterval,
  ruleNeverFires,
  ruleOrder,
  ruleRecordLevel,
  ruleRecordName,
  ruleRecordRange,
  ruleSeverity,
  ruleSeverityOrder,
  ruleShareInPercent,
  ruleTemplate,
  ruleUnsetTime,
  ruleWindowWords,
]

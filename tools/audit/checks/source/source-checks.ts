import type { Check } from '../../check.ts'
import { sourceCatalog } from './source-catalog.ts'
import { sourceCounterMisuse } from './source-counter-misuse.ts'
import { sourceDeadRecording } from './source-dead-recording.ts'
import { sourceDeclaredTwice } from './source-declared-twice.ts'
import { sourceGaugeOneWay } from './source-gauge-one-way.ts'
import { sourceHalfPair } from './source-half-pair.ts'
import { sourceLabels } from './source-labels.ts'
import { sourceNotRecorded } from './source-not-recorded.ts'
import { sourceOnlyInTests } from './source-only-in-tests.ts'
import { sourceTimerUnit } from './source-timer-unit.ts'
import { sourceUnboundedLabel } from './source-unbounded-label.ts'
import { sourceUnresolved } from './source-unresolved.ts'

/** The checks of source code. */
export const sourceChecks: readonly Check[] = [
  sourceCatalog,
  sourceCounterMisuse,
  sourceDeadRecording,
  sourceDeclaredTwice,
  sourceGaugeOneWay,
  sourceHalfPair,
  sourceLabels,
  sourceNotRecorded,
  sourceOnlyInTests,
  sourceTimerUnit,
  sourceUnboundedLabel,
  sourceUnresolved,
]

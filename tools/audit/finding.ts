import type { Place } from '../inputs/place.ts'

export const levels = ['info', 'warning', 'error'] as const

export type Level = (typeof levels)[number]

/** Something that is not as it should be, and how to fix it. */
export interface Finding {
  /** The check that found it: `query-unknown-metric`. */
  readonly check: string
  readonly level: Level
  readonly place: Place
  /** What it is about, without position or number: a metric, `dashboard uid/panel title`, an alert. Baselines recognise findings by check, file and subject. */
  readonly subject: string
  /** What is wrong, in a sentence. */
  readonly reason: string
  /** How to fix it, in a sentence. */
  readonly mend: string
}

import { z } from 'zod'
import { type ActionKind, actionKinds } from '../../model/action.ts'
import { kindOf, type Observer, type When, whenSchema } from './definition.ts'

/** An observer as it is shown: what its actions are told stays in the file, secrets above all. */
export interface ObserverJson {
  readonly name: string
  readonly when: When
  readonly actions: readonly ActionKind[]
  /** Events since the node started; absent where none runs. */
  readonly matched?: number
  readonly lastMatchAt?: string
}

/** Observers that somebody hands over to be tried. */
export const shownSchema = z.array(
  z.strictObject({
    name: z.string().min(1).max(64),
    when: whenSchema,
    actions: z.array(z.enum(actionKinds)).max(20).default([]),
  }),
)

export type ShownObserver = z.output<typeof shownSchema>[number]

/** What of an observer may be shown. */
export function shownObserver({ name, when, then }: Pick<Observer, 'name' | 'when' | 'then'>): ShownObserver {
  return { name, when, actions: then.map(kindOf) }
}

import type { ActionKind } from '../../model/action.ts'
import { InvalidError } from '../../model/errors.ts'
import type { EventJson } from '../../model/event-json.ts'
import { longest } from '../../state/queue/checked-job.ts'
import type { NewJob } from '../../state/queue/queue.ts'
import { groupOf, kindOf, type Observer } from './definition.ts'
import { actionId, eventJson, keyOf, type ObservedEvent } from './observed-event.ts'

/** What a job of an action carries. */
export interface ActionPayload {
  readonly observer: string
  /** Which of its actions, from 0. */
  readonly action: number
  readonly kind: ActionKind
  readonly event: EventJson
  /** Whether the record was too large to be kept with the job, so that it is read when the action runs. */
  readonly isLarge?: boolean
}

/**
 * The jobs that an event calls for: one for each action of each observer. The key of a job is its idempotency key, its
 * group whom it calls.
 */
export function jobsOf(event: ObservedEvent, observers: readonly Observer[]): readonly NewJob[] {
  if (observers.length === 0) return []
  const json = eventJson(event)
  const key = keyOf(event)
  return observers.flatMap(({ name, then }) =>
    then.map((definition, action) => ({
      key: actionId(name, action, key),
      group: groupOf(definition),
      payload: encodePayload({ observer: name, action, kind: kindOf(definition), event: json }),
      onlyNew: true,
    })),
  )
}

function encodePayload(payload: ActionPayload): string {
  const text = JSON.stringify(payload)
  if (text.length <= longest.payload) return text
  const { record: _, ...event } = payload.event
  return JSON.stringify({ ...payload, event, isLarge: true })
}

/** @throws {InvalidError} when the job is of another kind. */
export function decodePayload(payload: string): ActionPayload {
  try {
    const read = JSON.parse(payload) as Partial<ActionPayload>
    if (
      typeof read.observer === 'string' &&
      typeof read.action === 'number' &&
      typeof read.kind === 'string' &&
      typeof read.event === 'object'
    )
      return read as ActionPayload
  } catch {
    // Falls through to the one answer for what is not a job of an action.
  }
  throw new InvalidError('the job does not say which action it is of')
}

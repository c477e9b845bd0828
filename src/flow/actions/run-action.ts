import type { ActionResult } from '../../model/action.ts'
import type { EventJson } from '../../model/event-json.ts'

/** What an action is called with. */
export interface ActionCall {
  /** The idempotency key: the same in each attempt, also after a crash, and in no other call. */
  readonly id: string
  /** The name of the observer. */
  readonly observer: string
  readonly event: EventJson
  /** How often it was tried before, those times included that the process died meanwhile. */
  readonly attempts: number
  /** How long it may take, in ms. */
  readonly timeoutMs: number
  /** Aborts when the time is over, or the service ends. */
  readonly signal: AbortSignal
}

/** What an action has come to, with what it says about another attempt. */
export type ActionOutcome = ActionResult & {
  /** When to try again, in ms from now, where something said so. */
  readonly retryAfterMs?: number
  /** Whether another attempt is of no use. @default false */
  readonly isFinal?: boolean
}

/** One action. What it throws has failed as well. */
export type RunAction = (call: ActionCall) => Promise<ActionOutcome>

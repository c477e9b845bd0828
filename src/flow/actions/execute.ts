import type { Action } from '../../model/action.ts'
import type { ActionCall, ActionOutcome, RunAction } from './run-action.ts'

/** An action that is ready to run. */
export interface ReadyAction extends Action {
  /** How long it may take, in ms. */
  readonly timeoutMs: number
  readonly run: RunAction
}

/** What a caller knows; the rest of a call is the executor's. */
export type ActionRequest = Omit<ActionCall, 'timeoutMs'>

/**
 * Runs an action within its time. One that throws or takes longer has failed; what it still does then is nobody's
 * concern any more.
 *
 * @throws the reason of `request.signal` once that aborts: whether the action succeeded is not known then.
 */
export async function executeAction(
  { run, timeoutMs }: ReadyAction,
  request: ActionRequest,
): Promise<ActionOutcome> {
  request.signal.throwIfAborted()
  const over = new AbortController()
  const signal = AbortSignal.any([request.signal, over.signal])
  const ended = new Promise<'over'>((resolve) => {
    signal.addEventListener('abort', () => resolve('over'), { once: true })
  })
  const timer = setTimeout(() => over.abort(new Error('the time of the action is over')), timeoutMs)
  try {
    const outcome = await Promise.race([attempt(run, { ...request, timeoutMs, signal }), ended])
    if (outcome !== 'over') return outcome
  } finally {
    clearTimeout(timer)
    // What the action still holds is released.
    over.abort()
  }
  request.signal.throwIfAborted()
  return { success: false, error: `it took longer than ${timeoutMs} ms`, isTimeout: true }
}

async function attempt(run: RunAction, call: ActionCall): Promise<ActionOutcome | 'over'> {
  try {
    return await run(call)
  } catch (error) {
    // Most actions end with an error of their own when they are told to.
    if (call.signal.aborted) return 'over'
    return { success: false, error: (error as Error)?.message || String(error) }
  }
}

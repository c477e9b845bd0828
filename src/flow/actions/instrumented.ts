import type { Meter } from '@opentelemetry/api'
import { bind, timed } from '@tidegauge/otel'
import {
  actionDuration,
  actionFailure,
  actionSuccess,
  actionsExecuted,
  actionTimeout,
} from '../../catalog/observers/metrics.ts'
import type { Action } from '../../model/action.ts'

/**
 * Counts and times what an executor does, by the `kind` of the action that is its first argument. In everything else
 * it is the executor itself: what it returns, throws and rejects with, its `this`, its properties.
 *
 * An attempt that throws, rejects or answers `success: false` has failed. It also was a timeout where the answer says
 * `isTimeout`, or the error is a `TimeoutError`. One that throws once its caller has called it off, by the signal that
 * is an argument or its `signal`, is neither a success nor a failure: what it would have come to is not known.
 */
export function instrumentAction<Executor extends (action: never, ...rest: never[]) => unknown>(
  executor: Executor,
  meter: Meter,
): Executor {
  const measure = timed(meter, { runs: actionsExecuted, duration: actionDuration })
  const success = bind(meter, actionSuccess)
  const failure = bind(meter, actionFailure)
  const timeout = bind(meter, actionTimeout)

  return new Proxy(executor, {
    apply(_, self: unknown, args: unknown[]) {
      // Whatever else an executor is given is its own affair, and must not fail here.
      const attributes = { action: (Object(args[0]) as Action).kind }
      const end = (result: unknown) => {
        const { success: isSuccess, isTimeout } = Object(result) as Ended
        if (isSuccess !== false) success.add(1, attributes)
        else fail(isTimeout === true)
        return result
      }
      const endBadly = (error: unknown): never => {
        if (isTimeoutError(error)) fail(true)
        else if (!isCalledOff(args)) fail(false)
        throw error
      }
      const fail = (isTimeout: boolean) => {
        failure.add(1, attributes)
        if (isTimeout) timeout.add(1, attributes)
      }
      return measure(attributes, () => {
        let result: unknown
        try {
          result = Reflect.apply(executor, self, args)
        } catch (error) {
          return endBadly(error)
        }
        return result instanceof Promise ? result.then(end, endBadly) : end(result)
      })
    },
  })
}

interface Ended {
  readonly success?: unknown
  readonly isTimeout?: unknown
}

function isTimeoutError(error: unknown): boolean {
  const { name, type } = Object(error) as { readonly name?: unknown; readonly type?: unknown }
  return name === 'TimeoutError' || type === 'timeout'
}

/** Whether a signal among the arguments has aborted, other than since the time is over. */
function isCalledOff(args: readonly unknown[]): boolean {
  return args.some((argument) => {
    const signal: unknown = argument instanceof AbortSignal ? argument : Object(argument).signal
    return signal instanceof AbortSignal && signal.aborted && !isTimeoutError(signal.reason)
  })
}

import type { Log, LogLevel } from '../../model/log.ts'
import type { RunAction } from './run-action.ts'

export interface LogActionOptions {
  readonly log: Log
  readonly level: LogLevel
  readonly message: string
}

/** Writes a line of the log that names the change. */
export function createLogAction({ log, level, message }: LogActionOptions): RunAction {
  return async ({ observer, event: { operation, uri, rev } }) => {
    log[level](message, { observer, operation, uri, rev })
    return { success: true }
  }
}

// `tidegauge/actions`: runs actions within their time, and measures any executor.
import {
  actionDuration,
  actionFailure,
  actionSuccess,
  actionsExecuted,
  actionTimeout,
} from '../catalog/observers/metrics.ts'

export type { ActionRequest, ReadyAction } from '../flow/actions/execute.ts'
export { executeAction } from '../flow/actions/execute.ts'
export { instrumentAction } from '../flow/actions/instrumented.ts'
export type { ActionCall, ActionOutcome, RunAction } from '../flow/actions/run-action.ts'
export type { Action, ActionKind, ActionResult } from '../model/action.ts'
export { actionKinds } from '../model/action.ts'
export type { EventJson } from '../model/event-json.ts'

/** What `instrumentAction` records: the catalog of a pipeline that has no other metrics, or a part of it. */
export const actionMetrics = [
  actionsExecuted,
  actionSuccess,
  actionFailure,
  actionTimeout,
  actionDuration,
] as const

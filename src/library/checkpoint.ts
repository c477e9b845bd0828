// `tidegauge/checkpoint`: how far listeners have come, saved with the jobs that this calls for, and its metrics.
import { checkpointRecovery, checkpointSaveDuration, checkpointSaves } from '../catalog/observers/metrics.ts'

export { InvalidError } from '../model/errors.ts'
export type {
  Checkpoint,
  CoveredJob,
  JobOutcome,
  Once,
  Step,
  StepResult,
} from '../state/checkpoint/checkpoint.ts'
export type { StepReports } from '../state/checkpoint/instrumented.ts'
export { instrumentCheckpoint } from '../state/checkpoint/instrumented.ts'
export type { SqliteCheckpointOptions } from '../state/checkpoint/sqlite.ts'
export { SqliteCheckpoint } from '../state/checkpoint/sqlite.ts'

/** What `instrumentCheckpoint` records, for the catalog of a pipeline. */
export const checkpointMetrics = [checkpointSaves, checkpointRecovery, checkpointSaveDuration] as const

import type { SyncFault } from '../../model/sync.ts'
import type { BodyLimits } from './body.ts'
import type { SyncOptions } from './options.ts'
import type { Steps } from './steps.ts'

/** What a run has done so far, to be told even if it fails. */
export interface Progress {
  sizeBytes: number
  extracted: number
  filtered: number
  fault: SyncFault | undefined
}

export interface RunContext {
  readonly signal: AbortSignal
  readonly progress: Progress
}

export type RunOptions = Required<Omit<SyncOptions, 'source' | 'collections'>> &
  Pick<SyncOptions, 'source'> & { readonly collections: readonly string[]; readonly body: BodyLimits }

/** What a run was given, and the steps that it makes. */
export interface Parts extends RunContext {
  readonly steps: Steps
  readonly options: RunOptions
}

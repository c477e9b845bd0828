import type { ReadOptions, ReadResult } from './reading.ts'
import type { SentError } from './sent-error.ts'

/** What a worker thread is told. Each job has a number of its own. */
export type ToWorker =
  | { readonly type: 'begin'; readonly job: number; readonly options: ReadOptions }
  /** The next bytes of a file. Their memory comes back. */
  | { readonly type: 'bytes'; readonly job: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The file has ended. */
  | { readonly type: 'end'; readonly job: number }
  /** Whether a file follows with what is missing. */
  | { readonly type: 'more'; readonly job: number; readonly isThere: boolean }
  /** A part has been taken; its memory comes back where it is not needed any more. */
  | { readonly type: 'taken'; readonly job: number; readonly memory: ArrayBuffer | undefined }
  | { readonly type: 'abort'; readonly job: number }

/** What it answers. */
export type FromWorker =
  /** Memory of bytes that were read; as much may be sent again. */
  | { readonly type: 'memory'; readonly job: number; readonly memory: ArrayBuffer }
  | { readonly type: 'part'; readonly job: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'missing'; readonly job: number; readonly cids: readonly string[] }
  | { readonly type: 'done'; readonly job: number; readonly result: ReadResult }
  | { readonly type: 'failed'; readonly job: number; readonly error: SentError }

/** What a worker thread is started with. */
export interface WorkerOptions {
  readonly folder: string
  readonly memoryBytes: number
  readonly budgetBytes: number
}

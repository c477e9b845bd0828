import type { AnswerHeaders } from '../fetch/retry-after.ts'

/** What is needed of a fetch; net/fetch has it with a guard, for addresses that a stranger wrote. */
export type HostFetch = (url: URL, options: HostFetchOptions) => Promise<HostAnswer>

export interface HostFetchOptions {
  readonly headers: Readonly<Record<string, string>>
  /** Longest body after decompression, in bytes. */
  readonly maxBytes: number
  /** How long the whole may take, the reading of the body included, in ms. @default that of the fetch */
  readonly wholeMs?: number
  readonly signal?: AbortSignal
}

export interface HostAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** The body, to be read once. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Gives up what has not been read. */
  cancel(): void
}

/** What is needed of a fetch; net/fetch has it with a guard, for addresses that a stranger wrote. */
export type HostFetch = (url: URL, options: HostFetchOptions) => Promise<HostAnswer>

export interface HostFetchOptions {
  readonly headers: Readonly<Record<string, string>>
  /** Longest body after decompression, in bytes. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

export interface HostAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** Has to be read, or cancelled by `return()` of its iterator. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface AnswerHeaders {
  get(name: string): string | null
}

import {
  AuthError,
  InvalidError,
  TimeoutError,
  UnavailableRepoError,
  UpstreamError,
} from '../../model/errors.ts'
import type { HostAnswer } from './fetch.ts'
import { UnsupportedMethod } from './host.ts'

/** A body that is read once. `return()` of its iterator cancels it, even when nothing of it was read. */
export type ReadBody = AsyncIterable<Uint8Array>

export interface ReadBodyOptions {
  readonly host: string
  readonly signal: AbortSignal | undefined
  /** Called once, when the body has ended, failed or was cancelled. */
  readonly onEnd: () => void
}

/** The body in the words of `Hosts`. It is no generator: one that has not begun would not notice that it is cancelled. */
export function readBody(answer: HostAnswer, { host, signal, onEnd }: ReadBodyOptions): ReadBody {
  const source = answer.chunks[Symbol.asyncIterator]()
  let hasEnded = false
  const end = () => {
    if (!hasEnded) onEnd()
    hasEnded = true
  }
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      if (hasEnded) return { done: true, value: undefined }
      try {
        const result = await source.next()
        if (result.done) end()
        return result
      } catch (error) {
        end()
        throw translated(error, host, signal)
      }
    },
    async return() {
      if (!hasEnded) answer.cancel()
      end()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

/** @throws {InvalidError} when it is longer than `maxBytes`, or no JSON. */
export async function jsonFrom(body: ReadBody, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw new InvalidError(`its answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (cause) {
    throw new InvalidError('its answer is not JSON', { cause })
  }
}

/** What a failed request means: the signal's reason, an error of ours, or else that there was no answer. */
export function translated(error: unknown, host: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  if (ours.some((type) => error instanceof type)) return error
  const isTimeout = error instanceof Error && error.name === 'TimeoutError'
  if (isTimeout) return new TimeoutError(`${host} took too long`, { cause: error })
  return new UpstreamError(`${host} failed to answer: ${reasonOf(error)}`, { cause: error })
}

const ours = [AuthError, InvalidError, UnavailableRepoError, UnsupportedMethod, UpstreamError]

/** A fetch hides the reason in the cause; several addresses have several reasons. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause : error
  const [first = cause] = cause instanceof AggregateError ? cause.errors : []
  return first.message || first.code || first.name
}

import { InvalidError, TimeoutError } from '../../model/errors.ts'

export interface BodyLimits {
  /** The longest wait for the beginning of an answer, in ms, the host's rate limit included. @default 90_000 */
  readonly firstByteMs: number
  /** The longest wait for what comes next, in ms. @default 30_000 */
  readonly idleMs: number
  /** The slowest that a body may be, in bytes a second, while it is waited for. @default 1_000 */
  readonly minBytesPerSecond: number
  /** How long it has to be slower than that, in ms of waiting. @default 20_000 */
  readonly windowMs: number
  /** The longest body, in bytes. @default 10 GB */
  readonly maxBytes: number
}

export const usualBodyLimits: BodyLimits = {
  firstByteMs: 90_000,
  idleMs: 30_000,
  minBytesPerSecond: 1_000,
  windowMs: 20_000,
  maxBytes: 10_000_000_000,
}

/**
 * Asks a host for a body and reads it within limits. Only waiting for the host counts as time: a reader may be slow.
 *
 * @param ask gets a signal that aborts when a limit is reached; the body has to end then.
 * @param onBytes is told what has arrived.
 * @throws {TimeoutError} when the host is too slow, {InvalidError} when the body is too long.
 */
export async function* bodyOf(
  ask: (signal: AbortSignal) => Promise<{ readonly chunks: AsyncIterable<Uint8Array> }>,
  limits: BodyLimits,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): AsyncGenerator<Uint8Array, void, undefined> {
  const own = new AbortController()
  const stop = AbortSignal.any([signal, own.signal])
  const inTime = async <Result>(work: Promise<Result>, ms: number): Promise<Result> => {
    const timer = setTimeout(() => own.abort(new TimeoutError(`the host sent nothing for ${ms} ms`)), ms)
    return await unlessAborted(work, stop).finally(() => clearTimeout(timer))
  }
  const { chunks } = await inTime(ask(stop), limits.firstByteMs)
  const iterator = chunks[Symbol.asyncIterator]()
  let total = 0
  const pace = { bytes: 0, waitedMs: 0 }
  let hasEnded = false
  try {
    for (;;) {
      const startMs = performance.now()
      const next = await inTime(iterator.next(), limits.idleMs)
      if (next.done) {
        hasEnded = true
        return
      }
      total += next.value.length
      onBytes(next.value.length)
      if (total > limits.maxBytes) throw new InvalidError(`the repo is longer than ${limits.maxBytes} bytes`)
      pace.bytes += next.value.length
      pace.waitedMs += performance.now() - startMs
      if (pace.waitedMs >= limits.windowMs) {
        if ((pace.bytes * 1000) / pace.waitedMs < limits.minBytesPerSecond)
          throw new TimeoutError(`the host sends less than ${limits.minBytesPerSecond} bytes a second`)
        pace.bytes = 0
        pace.waitedMs = 0
      }
      yield next.value
    }
  } finally {
    if (!hasEnded) {
      own.abort(new TimeoutError('the body is not wanted any more'))
      // A body that does not answer to the signal must not hold up whoever gave it up.
      iterator.return?.().catch(() => {})
    }
  }
}

/** @throws what the signal aborts with, at once. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return await Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort))
}

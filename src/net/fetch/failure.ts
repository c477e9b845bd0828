import { InvalidError, TimeoutError, UpstreamError } from '../../model/errors.ts'
import type { Limits } from './limits.ts'

/** Turns what undici throws into an error that says what a caller can do. */
export function explain(error: unknown, { host }: URL, limits: Limits): Error {
  const causes = causesOf(error)
  const own = causes.find((cause) => cause instanceof InvalidError || cause instanceof UpstreamError)
  if (own) return own
  const options = { cause: error }
  const codes = new Set(causes.map(({ code }) => code))
  if (codes.has('UND_ERR_CONNECT_TIMEOUT') || codes.has('ETIMEDOUT'))
    return new TimeoutError(`no connection to ${host} within ${limits.connectMs} ms`, options)
  if (codes.has('ETIMEOUT'))
    return new TimeoutError(`no name server has told the address of ${host}`, options)
  if (codes.has('UND_ERR_HEADERS_TIMEOUT'))
    return new TimeoutError(`${host} did not begin to answer within ${limits.firstByteMs} ms`, options)
  if (codes.has('UND_ERR_BODY_TIMEOUT'))
    return new TimeoutError(
      `${host} sent nothing for ${limits.idleMs} ms in the middle of its answer`,
      options,
    )
  if (codes.has('UND_ERR_HEADERS_OVERFLOW'))
    return new InvalidError(
      `${host} answers with headers of more than ${limits.maxHeaderBytes} bytes`,
      options,
    )
  const last = causes.at(-1)
  return new UpstreamError(
    `${host} failed to answer: ${last?.message || last?.code || String(error)}`,
    options,
  )
}

/** Tells whether a request failed because the name of the host does not exist. */
export function isUnknownName(error: unknown): boolean {
  return causesOf(error).some(({ code }) => code === 'ENOTFOUND' || code === 'ENODATA')
}

interface Cause extends Error {
  readonly code?: string
}

/** An error, its cause, the cause of that, and so on; of several that failed together, the first. */
function causesOf(error: unknown): readonly Cause[] {
  const causes: Cause[] = []
  for (let next = error; next instanceof Error && !causes.includes(next); ) {
    causes.push(next)
    next = next instanceof AggregateError && next.errors.length > 0 ? next.errors[0] : next.cause
  }
  return causes
}

import type { ErrorRequestHandler } from 'express'
import type { Log } from '../../model/log.ts'

/** A call that cannot be answered as asked, in the words of XRPC (https://atproto.com/specs/xrpc#error-responses). */
export class XrpcError extends Error {
  override readonly name = 'XrpcError'
  /** Such as `RepoNotFound`. */
  readonly error: string
  readonly status: number

  constructor(error: string, message: string, status = 400) {
    super(message)
    this.error = error
    this.status = status
  }
}

/** Answers what the routes before it have thrown. What nobody foresaw is logged, and its cause hidden from the caller. */
export function xrpcErrors(log: Log): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    const error = thrown instanceof XrpcError ? thrown : undefined
    if (error === undefined && isCallers(thrown)) return next(thrown)
    if (error === undefined)
      log.error('a call failed', {
        method: request.method,
        path: request.path,
        error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      })
    // A file under way can only be cut off.
    if (response.headersSent || response.destroyed) {
      response.destroy()
      return
    }
    const { status, error: name, message } = error ?? unforeseen
    response.status(status).json({ error: name, message })
  }
}

const unforeseen = { status: 500, error: 'InternalServerError', message: 'Internal Server Error' }

/** What Express, or a middleware before, holds against the caller is answered as everywhere else. */
function isCallers(thrown: unknown): boolean {
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : undefined
  return typeof status === 'number' && status < 500
}

import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { InvalidError } from '../../model/errors.ts'
import type { Log } from '../../model/log.ts'
import { type ProblemName, problemOfStatus, problemTypes, problemUri } from '../contract/problem-types.ts'

export interface ProblemOptions {
  /** Which kind of problem it is. @default the one that its status stands for */
  readonly type?: ProblemName
  /** What went wrong this time and how to fix it, for the caller to read. */
  readonly detail?: string
  /** Sent with the answer, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the answer (RFC 9457, section 3.2). */
  readonly more?: Readonly<Record<string, unknown>>
}

/** A request that cannot be answered as asked. Thrown by handlers, sent as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** Undefined for a status that stands for no kind of ours. */
  readonly type: ProblemName | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly more: Readonly<Record<string, unknown>>

  constructor(status: number, { detail, type, headers = {}, more = {} }: ProblemOptions = {}) {
    super(detail ?? '')
    this.status = status
    this.type = type ?? problemOfStatus(status)
    this.headers = headers
    this.more = more
  }
}

/** Writes a problem as the body of an answer. */
export function problemBody({ status, type, message, more }: Problem): string {
  const body = {
    type: type ? problemUri(type) : 'about:blank',
    title: type ? problemTypes[type].title : STATUS_CODES[status],
    status,
    detail: message || undefined,
    ...more,
  }
  return JSON.stringify(body)
}

/** Answers requests that no route has handled. */
export const notFound: RequestHandler = (request) => {
  throw new Problem(404, { detail: `there is nothing at ${request.path}; GET / lists what there is` })
}

/** Answers methods that a route does not support; comes last on each route. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
  const headers = { Allow: allowed.join(', ') }
  return (request, response) => {
    if (request.method !== 'OPTIONS')
      throw new Problem(405, { detail: `${request.path} supports ${headers.Allow}`, headers })
    response.set(headers).status(204).end()
  }
}

/** Turns every error into a problem. An unexpected one is logged here, once, and its cause is hidden from the caller. */
export function problems(log: Log): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const problem = problemOf(error)
    // Nobody is there to be answered, and a body under way can only be cut off.
    const isLate = response.headersSent || response.destroyed
    if (problem.status >= 500 && problem !== error)
      log.error('request failed', { method: request.method, path: request.path, error: stackOf(error) })
    if (isLate) response.destroy()
    else send(response, problem)
  }
}

function send(response: Response, problem: Problem): void {
  response.removeHeader('ETag')
  response.status(problem.status).set(problem.headers).set('Cache-Control', 'no-store')
  response.type('application/problem+json').send(problemBody(problem))
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof Error)) return new Problem(500)
  // Thrown by the state rooms for what a caller has sent: a cursor that no page gave, a field without an index.
  if (error instanceof InvalidError) return new Problem(400, { detail: error.message })
  // Express and its body parser mark what the caller did wrong with a status and `expose`.
  if ('status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500)
    return new Problem(error.status, {
      detail: bodyMistakes.get('type' in error ? error.type : '') ?? error.message,
    })
  return new Problem(500)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error)
}

const bodyMistakes = new Map<unknown, string>([
  ['entity.too.large', 'the body is larger than this server takes'],
  ['entity.parse.failed', 'the body is not JSON'],
])

import { UsageError } from '@tidegauge/otel/usage-error'

/** The API of a node, as a command asks it. */
export interface ApiClient {
  /** Where it is, for messages. */
  readonly origin: string
  /** @throws {NotFound} {@link UsageError} {@link UnreachableNode} */
  get<Answer>(
    path: string,
    isAnswer: IsAnswer<Answer>,
    query?: Readonly<Record<string, string | number | undefined>>,
  ): Promise<Answer>
  /** @param options.timeoutMs how long the answer may take. @default 30_000 */
  post<Answer>(
    path: string,
    isAnswer: IsAnswer<Answer>,
    body?: unknown,
    options?: { readonly timeoutMs?: number },
  ): Promise<Answer>
  /** Removes what is there. */
  delete(path: string): Promise<void>
  /** Posts what is not of the API's own kind. @returns the answer as it comes in. @throws {UsageError} {@link UnreachableNode} */
  exchange(path: string, request: Exchange): Promise<Response>
}

export interface Exchange {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Ends the exchange. */
  readonly signal: AbortSignal
}

/** Tells the answer of a node from what any other program says at that address. */
export type IsAnswer<Answer> = (body: unknown) => body is Answer

/** The node knows of no such thing. The message is the node's. */
export class NotFound extends UsageError {}

/** The node has tried, and what it asked in turn has failed. The message is the node's. */
export class FailedRequest extends Error {
  override readonly name = 'FailedRequest'
  readonly reason: string | undefined

  constructor(message: string, reason: string | undefined) {
    super(message)
    this.reason = reason
  }
}

/** No node answers there. */
export class UnreachableNode extends UsageError {}

/** Asks a node by HTTP. @throws {UsageError} for a token that no header can carry. */
export function connectApi(origin: URL, token: string | undefined): ApiClient {
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new UsageError(
      'the token holds spaces or other characters that no token has: see TIDEGAUGE_TOKEN and --token',
    )
  const credentials: Readonly<Record<string, string>> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  const send = async <Answer>(
    path: string,
    request: RequestInit,
    read: (response: Response) => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      const headers = { ...(request.headers as Record<string, string>), ...credentials }
      return await read(await fetch(new URL(path, origin), { ...request, headers }))
    } catch (cause) {
      throw new UnreachableNode(
        `the node at ${origin.origin} does not answer (${reason(cause)}): is it running?`,
        { cause },
      )
    }
  }
  const ask = async <Answer>(
    path: string,
    isAnswer: IsAnswer<Answer>,
    { timeoutMs = usualTimeoutMs, ...request }: RequestInit & { readonly timeoutMs?: number } = {},
  ): Promise<Answer> => {
    const timed = { ...request, signal: AbortSignal.timeout(timeoutMs) }
    const { response, text } = await send(path, timed, async (response) => ({
      response,
      text: await response.text(),
    }))
    const body = parsed(text)
    if (response.ok && isAnswer(body)) return body
    const type = typeOf(response)
    if (isProblem(response)) throw refusal(origin, response.status, body)
    throw new UnreachableNode(
      `${origin.origin} does not answer as a node does (${response.status}, ${type}): name the address that serve prints for the API`,
    )
  }
  return {
    origin: origin.origin,
    get: (path, isAnswer, query = {}) => {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) search.set(name, String(value))
      return ask(search.size > 0 ? `${path}?${search}` : path, isAnswer)
    },
    post: (path, isAnswer, body, { timeoutMs } = {}) =>
      ask(path, isAnswer, {
        method: 'POST',
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    delete: (path) => ask(path, (body): body is undefined => body === undefined, { method: 'DELETE' }),
    exchange: async (path, request) => {
      const response = await send(path, { method: 'POST', ...request }, async (answer) => answer)
      if (isProblem(response)) throw refusal(origin, response.status, parsed(await response.text()))
      return response
    },
  }
}

function typeOf({ headers }: Response): string {
  return headers.get('content-type')?.split(';', 1)[0] ?? 'no Content-Type'
}

function isProblem(response: Response): boolean {
  return !response.ok && typeOf(response) === 'application/problem+json'
}

/** Longer than any page takes, and short enough to notice a node that hangs. */
const usualTimeoutMs = 30_000

/** @returns undefined for what is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `fetch` says is in the cause of its error. */
function reason(error: unknown): string {
  const { message, cause } = error as Error
  const { code, message: deeper } = (cause ?? {}) as NodeJS.ErrnoException
  return code ?? deeper ?? message
}

function refusal({ origin }: URL, status: number, problem: unknown): Error {
  const { detail, reason } = (problem ?? {}) as { readonly detail?: unknown; readonly reason?: unknown }
  const said = typeof detail === 'string' ? detail : `it answers with ${status}`
  if (status === 404) return new NotFound(said)
  if (status === 401)
    return new UsageError(`the node at ${origin} asks for its token: set TIDEGAUGE_TOKEN, or give --token`)
  if (typeof reason === 'string') return new FailedRequest(said, reason)
  return new UsageError(`the node at ${origin} refuses: ${said}`)
}

import { UsageError } from '@tidegauge/otel/usage-error'

/** The API of a node, as a command asks it. */
export interface ApiClient {
  /** Where it is, for messages. */
  readonly origin: string
  /** @throws {NotFound} {@link UsageError} {@link UnreachableNode} */
  get<Answer>(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<Answer>
  post<Answer>(path: string, body: unknown): Promise<Answer>
}

/** The node knows of no such thing. The message is the node's. */
export class NotFound extends Error {
  override readonly name = 'NotFound'
}

/** Nobody answers there. */
export class UnreachableNode extends UsageError {}

/** Asks a node by HTTP. */
export function connectApi(origin: URL, token: string | undefined): ApiClient {
  const ask = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    let response: Response
    try {
      response = await fetch(new URL(path, origin), {
        ...init,
        headers,
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch (cause) {
      const { code = (cause as Error).message } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException
      throw new UnreachableNode(`the node at ${origin.origin} does not answer (${code}): is it running?`, {
        cause,
      })
    }
    if (response.ok) return (await response.json()) as Answer
    throw refusal(origin, response.status, await detailOf(response))
  }
  return {
    origin: origin.origin,
    get: (path, query = {}) => {
      const search = new URLSearchParams()
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) search.set(name, String(value))
      return ask(search.size > 0 ? `${path}?${search}` : path)
    },
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}

/** Longer than any page takes, and short enough to notice a node that hangs. */
const timeoutMs = 30_000

async function detailOf(response: Response): Promise<string> {
  const { detail } = (await response.json().catch(() => ({}))) as { readonly detail?: string }
  return detail ?? `it answers with ${response.status}`
}

function refusal({ origin }: URL, status: number, said: string): Error {
  if (status === 404) return new NotFound(said)
  if (status === 401)
    return new UsageError(`the node at ${origin} asks for its token: set TIDEGAUGE_TOKEN, or give --token`)
  return new UsageError(`the node at ${origin} refuses: ${said}`)
}

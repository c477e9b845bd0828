import { InputError } from '../settings-file/input-error.ts'

export interface HttpTextOptions {
  /** @default {} */
  readonly headers?: Readonly<Record<string, string>>
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST'
  readonly body?: URLSearchParams
  /** @default 30_000 */
  readonly timeoutMs?: number
  /** Larger answers are refused, in bytes. @default 268_435_456 */
  readonly maxBytes?: number
}

export interface HttpText {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/**
 * Asks over HTTP. User and password in the URL become basic authentication.
 *
 * @throws {InputError} when there is no answer: no connection, too late, or too large.
 */
export async function httpText(
  url: string,
  { headers = {}, method = 'GET', body, timeoutMs = 30_000, maxBytes = 268_435_456 }: HttpTextOptions = {},
): Promise<HttpText> {
  const target = new URL(url)
  const { username, password } = target
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const basic = username && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  target.username = target.password = ''
  try {
    const response = await fetch(target, {
      method,
      headers: { ...basic, ...headers },
      ...(body && { body }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await limited(response, maxBytes, target)
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', text }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${shownUrl(url)}: ${reasonOf(error, timeoutMs)}`, { cause: error })
  }
}

/** A URL as it may be shown: without user and password. */
export function shownUrl(url: string): string {
  const shown = new URL(url)
  shown.username = shown.password = ''
  return shown.href
}

async function limited(response: Response, maxBytes: number, url: URL): Promise<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new InputError(
        `${url.href}: the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB; audit it from a file of a part of it`,
      )
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no whole answer within ${timeoutMs / 1000} s; is it running, and not overloaded?`
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ECONNREFUSED') return 'nobody listens there; start it or check the address'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the name of the host is not known; check the address'
  return `it cannot be asked: ${cause instanceof Error ? cause.message : String(cause)}`
}

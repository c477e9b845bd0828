import { maskSecrets } from '@tidegauge/otel/mask'
import { UsageError } from '@tidegauge/otel/usage-error'

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
 * @throws {UsageError} when there is no answer: no such address, no connection, too late, or too large.
 */
export async function httpText(
  url: string,
  { headers = {}, method = 'GET', body, timeoutMs = 30_000, maxBytes = 268_435_456 }: HttpTextOptions = {},
): Promise<HttpText> {
  const target = parsedUrl(url)
  const { username, password } = target
  const credentials = `${unescaped(username)}:${unescaped(password)}`
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
    if (error instanceof UsageError) throw error
    throw new UsageError(`${target.href}: ${reasonOf(error, timeoutMs)}`, { cause: error })
  }
}

/** Whether a text is meant as an address rather than as a file. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text)
}

/** A URL as it may be shown: without user and password. @throws {UsageError} when it is not an address of HTTP. */
export function shownUrl(url: string): string {
  const shown = parsedUrl(url)
  shown.username = shown.password = ''
  return maskSecrets(shown.href)
}

function parsedUrl(text: string): URL {
  const url = URL.parse(text)
  // What is not a URL may still hold a password before its @.
  const shown = maskSecrets(text)
  if (url === null)
    throw new UsageError(`${shown}: it is not an address; write one like http://127.0.0.1:9090, or a file`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError(
      `${shown}: only http:// and https:// can be asked; fetch it by other means and give the file`,
    )
  return url
}

/** A percent sign in a password is often just that. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function limited(response: Response, maxBytes: number, url: URL): Promise<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new UsageError(
        `${url.href}: the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB; ask for less of it`,
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
  const { code = '', message = String(cause) } = cause as NodeJS.ErrnoException
  if (reasons[code] !== undefined) return reasons[code]
  if (/CERT|SIGNATURE|SELF_SIGNED/.test(code))
    return `its certificate is not trusted (${code}); name the authority's in NODE_EXTRA_CA_CERTS=FILE, or fix the certificate`
  if (code.startsWith('ERR_SSL')) return 'it does not speak TLS; is it http:// rather than https://?'
  if (code.startsWith('Z_'))
    return 'its answer is said to be compressed and cannot be unpacked; fix the server'
  if (message === 'redirect count exceeded') return 'it redirects in a circle; give the address that answers'
  return `it cannot be reached: ${message}; check the address`
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; start it or check the address',
  ENOTFOUND: 'the name of the host is not known; check the address',
  EAI_AGAIN: 'the name of the host is not known; check the address',
  EHOSTUNREACH: 'this host cannot be reached; check the address and the network',
  ENETUNREACH: 'this host cannot be reached; check the address and the network',
  ECONNRESET: 'it broke off the connection; is it overloaded, or does it want https://?',
  UND_ERR_SOCKET: 'it broke off the connection; is it overloaded, or does it want https://?',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answers there; check the address and the firewall',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP; check the port',
}

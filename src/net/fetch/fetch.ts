import { Agent, type Response, fetch as undiciFetch } from 'undici'
import { InvalidError } from '../../model/errors.ts'
import { Call } from './call.ts'
import { guardedPool, type Resolver } from './connector.ts'
import { type FetchLimits, withDefaults } from './limits.ts'
import { createNameService } from './name-service.ts'
import { type FetchPolicy, isTrusted, judgeUrl } from './policy.ts'
import { createResponse, type FetchResponse } from './response.ts'
import { createSystemResolver } from './system-resolver.ts'

/**
 * Asks for a URL, as far as the policy allows it.
 *
 * @throws {InvalidError} when the URL, an address that its name has, or one that it redirects to may not be called, or
 * when the answer breaks a limit on its size.
 * @throws {TimeoutError} when a time limit is over; the message says which one.
 * @throws {UpstreamError} when there is no answer.
 * @throws the reason of `signal` once that aborts.
 */
export interface Fetch extends AsyncDisposable {
  (url: URL, init?: FetchInit): Promise<FetchResponse>
}

export interface FetchInit {
  /** Only GET and HEAD follow redirects; for others a redirect is the answer. @default 'GET' */
  readonly method?: 'GET' | 'HEAD' | 'POST'
  /** Of these another origin that the answer redirects to gets only what tells nothing about who asks. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Ends the call, the reading of the body included. */
  readonly signal?: AbortSignal
  /** In place of the limit that holds for all calls, in bytes after decompression. */
  readonly maxBytes?: number
  /** In place of the limit that holds for all calls, in ms. */
  readonly wholeMs?: number
}

export interface FetchOptions extends FetchLimits {
  /**
   * Finds the addresses of names. @default the name servers; the operating system, which knows more names, for the origin
   * that is trusted, and where loopback is allowed
   */
  readonly resolver?: Resolver
}

/**
 * Makes a function like `fetch` for addresses that strangers wrote, and for those of the operator with a policy that
 * trusts them. Every hop is judged: as it is written, and by all the addresses that its name has when the connection
 * is made. Proxies that the environment names are not used, since a proxy would look up the names by itself.
 */
export function createFetch(policy: FetchPolicy, options: FetchOptions = {}): Fetch {
  const { resolver, ...given } = options
  const limits = withDefaults(given)
  const ofTrusted = createSystemResolver()
  const ofStrangers = policy.allowLoopback ? createSystemResolver() : createNameService()
  const resolverOf = (origin: URL) => resolver ?? (isTrusted(origin, policy) ? ofTrusted : ofStrangers)
  const agent = new Agent({
    factory: (name, poolOptions) => {
      const origin = new URL(name)
      const connector = { policy, resolver: resolverOf(origin), connectMs: limits.connectMs }
      return guardedPool(origin, poolOptions, connector)
    },
    allowH2: false,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.firstByteMs,
    bodyTimeout: limits.idleMs,
  })

  const call = async (first: URL, init: FetchInit = {}): Promise<FetchResponse> => {
    const { method = 'GET', signal, body, maxBytes = limits.maxBytes, wholeMs = limits.wholeMs } = init
    const call = new Call({ ...limits, maxBytes, wholeMs }, signal)
    let headers: Readonly<Record<string, string>> = { 'user-agent': 'tidegauge', ...init.headers }
    let url = first
    try {
      for (let hops = 0; ; hops++) {
        judgeUrl(url, policy)
        const request = {
          method,
          headers,
          signal: call.signal,
          redirect: 'manual',
          dispatcher: agent,
        } as const
        const response = await undiciFetch(url, body === undefined ? request : { ...request, body })
        const next = method === 'POST' ? undefined : redirectOf(response, url)
        if (next === undefined) return createResponse(response, url, call)
        await response.body?.cancel()
        if (hops >= limits.maxHops)
          throw new InvalidError(`${first.host} redirects more than ${limits.maxHops} times`)
        if (next.origin !== url.origin) headers = withoutSecrets(headers)
        url = next
      }
    } catch (error) {
      const reason = call.explain(error, url)
      call.cancel()
      throw reason
    }
  }
  return Object.assign(call, { [Symbol.asyncDispose]: () => agent.destroy() })
}

function redirectOf({ status, headers }: Response, url: URL): URL | undefined {
  const location = headers.get('location')
  if (location === null || !redirects.has(status)) return undefined
  const next = URL.parse(location, url.href)
  if (!next) throw new InvalidError(`${url.host} redirects to what is not a URL`)
  return next
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Leaves nothing that a server could have asked for to know who somebody is. */
function withoutSecrets(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name.toLowerCase())))
}

const harmless: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent'])

import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { Nsid } from '../../model/nsid.ts'
import { accountStatusFrom, hostPageFrom, latestCommitFrom, listedPageFrom, refusalFrom } from './answers.ts'
import { jsonFrom, type ReadBody, readBody, translated } from './body.ts'
import { failureFrom } from './failure.ts'
import type { HostAnswer, HostFetch } from './fetch.ts'
import type {
  AccountStatus,
  GetRepoOptions,
  HostPage,
  Hosts,
  ListedPage,
  PageQuery,
  RepoBody,
} from './host.ts'
import { Pace } from './pace.ts'
import { rateLimitFrom, retryAfterMsFrom } from './rate-limit.ts'

export interface HttpHostsOptions {
  /** Calls hosts, and has the time limits for that. The addresses of most of them were written by strangers. */
  readonly fetch: HostFetch
  /** Most requests to one host at a time. @default 8 */
  readonly concurrencyPerHost?: number
  /** A request that would wait longer for the rate limit of its host fails at once, in ms. @default 30_000 */
  readonly maxWaitMs?: number
  /** Longest repo, in bytes. @default 8_000_000_000 */
  readonly maxRepoBytes?: number
  /** How long a whole repo may take, in ms. @default 30 minutes */
  readonly maxRepoMs?: number
  /** Longest answer of the other methods, in bytes. @default 8_000_000 */
  readonly maxAnswerBytes?: number
  /** @default steadyClock */
  readonly now?: Clock
}

/** Asks hosts over HTTP, each no faster than it wants. */
export class HttpHosts implements Hosts {
  readonly #options: Required<HttpHostsOptions>
  readonly #paces = new Map<string, Pace>()

  constructor({
    fetch,
    concurrencyPerHost = 8,
    maxWaitMs = 30_000,
    maxRepoBytes = 8_000_000_000,
    maxRepoMs = 30 * 60_000,
    maxAnswerBytes = 8_000_000,
    now = steadyClock,
  }: HttpHostsOptions) {
    this.#options = { fetch, concurrencyPerHost, maxWaitMs, maxRepoBytes, maxRepoMs, maxAnswerBytes, now }
  }

  async getRepo(host: URL, did: Did, { since, signal }: GetRepoOptions = {}): Promise<RepoBody> {
    const query = { did, since }
    return { chunks: await this.#call({ host, method: 'getRepo', query, signal, accept: carType }) }
  }

  async getBlocks(host: URL, did: Did, cids: readonly string[], signal?: AbortSignal): Promise<RepoBody> {
    const query = { did, cids }
    return { chunks: await this.#call({ host, method: 'getBlocks', query, signal, accept: carType }) }
  }

  getLatestCommit(host: URL, did: Did, signal?: AbortSignal): Promise<{ rev: string; cid: string }> {
    return this.#json({ host, method: 'getLatestCommit', query: { did }, signal }, latestCommitFrom)
  }

  getRepoStatus(host: URL, did: Did, signal?: AbortSignal): Promise<AccountStatus> {
    return this.#json({ host, method: 'getRepoStatus', query: { did }, signal }, accountStatusFrom)
  }

  listRepos(host: URL, { signal, ...query }: PageQuery): Promise<ListedPage> {
    return this.#json({ host, method: 'listRepos', query, signal }, listedPageFrom)
  }

  listReposByCollection(
    host: URL,
    { signal, ...query }: PageQuery & { readonly collection: Nsid },
  ): Promise<ListedPage> {
    return this.#json({ host, method: 'listReposByCollection', query, signal }, listedPageFrom)
  }

  listHosts(host: URL, { signal, ...query }: PageQuery): Promise<HostPage> {
    return this.#json({ host, method: 'listHosts', query, signal }, hostPageFrom)
  }

  blockedUntilMs(host: URL): number | undefined {
    return this.#paces.get(host.host)?.blockedUntilMs
  }

  async #json<Result>(call: Call, read: (answer: unknown) => Result): Promise<Result> {
    const chunks = await this.#call(call)
    try {
      return read(await jsonFrom(chunks, this.#options.maxAnswerBytes))
    } catch (error) {
      if (!(error instanceof InvalidError)) throw error
      throw new InvalidError(`${call.host.host} answered ${call.method}, but ${error.message}`, {
        cause: error,
      })
    }
  }

  /** @returns the body of an answer with status 200. The request is under way until that has ended. */
  async #call(call: Call): Promise<ReadBody> {
    const { host, signal } = call
    const pace = this.#paceOf(host)
    await pace.enter(signal)
    const answer = await this.#fetch(call).catch((error) => {
      pace.leave()
      throw translated(error, host.host, signal)
    })
    const limit = rateLimitFrom(answer.headers, this.#options.now())
    if (limit !== undefined) pace.learn(limit)
    const body = readBody(answer, { host: host.host, signal, onEnd: () => pace.leave() })
    if (answer.status === 200) return body
    throw await this.#failure(call, { pace, answer, body })
  }

  #fetch({ host, method, query, signal, accept = 'application/json' }: Call): Promise<HostAnswer> {
    const { fetch, maxRepoBytes, maxRepoMs, maxAnswerBytes } = this.#options
    const headers = { accept, 'accept-encoding': isNear(host) ? 'identity' : 'gzip' }
    const limits =
      accept === carType ? { maxBytes: maxRepoBytes, wholeMs: maxRepoMs } : { maxBytes: maxAnswerBytes }
    return fetch(urlOf({ host, method, query }), { headers, ...limits, ...(signal && { signal }) })
  }

  async #failure({ host, method, signal }: Call, { pace, answer, body }: Failed): Promise<Error> {
    const { maxAnswerBytes, now } = this.#options
    const { status, headers } = answer
    const askedMs = retryAfterMsFrom(headers, now())
    const resetMs = rateLimitFrom(headers, now())?.resetMs
    const retryAfterMs = askedMs ?? (resetMs === undefined ? undefined : Math.max(0, resetMs - now()))
    // Before the body is read, since nothing else may begin meanwhile.
    if (status === 429) pace.block(retryAfterMs ?? usualBlockMs)
    else if (status === 503 && askedMs !== undefined) pace.block(askedMs)
    const refusal = refusalFrom(await jsonFrom(body, maxAnswerBytes).catch(() => undefined))
    signal?.throwIfAborted()
    const isOptional = optionalMethods.has(method)
    return failureFrom({ host: host.host, method, isOptional, status, retryAfterMs, ...refusal })
  }

  #paceOf(host: URL): Pace {
    const known = this.#paces.get(host.host)
    if (known !== undefined) return known
    if (this.#paces.size >= mostPaces) {
      for (const [name, pace] of this.#paces) if (pace.isIdle) this.#paces.delete(name)
    }
    const { concurrencyPerHost: concurrency, maxWaitMs, now } = this.#options
    const pace = new Pace({ host: host.host, concurrency, maxWaitMs, now })
    this.#paces.set(host.host, pace)
    return pace
  }
}

interface Call {
  readonly host: URL
  readonly method: string
  readonly query: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly signal: AbortSignal | undefined
  /** @default 'application/json' */
  readonly accept?: string
}

interface Failed {
  readonly pace: Pace
  readonly answer: HostAnswer
  readonly body: ReadBody
}

function urlOf({ host, method, query }: Omit<Call, 'signal'>): URL {
  const url = new URL(`/xrpc/com.atproto.sync.${method}`, host)
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one))
  }
  return url
}

/** A host on this machine is read faster than it could compress. */
function isNear({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

const carType = 'application/vnd.ipld.car'

/** What a PDS or a relay may lack, and needs no credentials. */
const optionalMethods = new Set(['listRepos', 'listReposByCollection', 'listHosts', 'getRepoStatus'])

/** How long a host is left alone that answers 429 without saying for how long, in ms. */
const usualBlockMs = 5000

/** Hosts that nothing is known of any more are forgotten beyond so many. */
const mostPaces = 10_000

import { webDidToDocumentUrl } from '@atcute/identity'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import type { Fetch } from '../fetch/fetch.ts'
import { type IdentityInfo, readDocument } from './document.ts'
import { StrangerHosts } from './hosts.ts'
import { judgeStatus, lookUp, type OnLookup } from './look-up.ts'
import type { PaceOptions } from './pace.ts'
import { Setbacks } from './setbacks.ts'

export interface WebDidsOptions extends Pick<PaceOptions, 'now' | 'sleep' | 'signal'> {
  readonly fetch: Fetch
  readonly maxRetryAfterMs: number
  readonly onLookup: OnLookup
}

/** Documents of `did:web`, each on a host of its own that a stranger chose. */
export class WebDids {
  readonly #options: WebDidsOptions
  readonly #hosts: StrangerHosts
  readonly #setbacks: Setbacks

  constructor(options: WebDidsOptions) {
    const { now, signal, sleep } = options
    this.#options = options
    this.#setbacks = new Setbacks({ firstMs: 5000, maxMs: 600_000, now })
    this.#hosts = new StrangerHosts({
      each: { concurrency: 1, perSecond: 1, burst: 5, maxWaiting: 10 },
      all: { concurrency: 16, perSecond: 50, burst: 50, maxWaiting: 2000 },
      ...{ now, signal, ...(sleep && { sleep }) },
    })
  }

  /**
   * @throws {InvalidError} when there is no such DID, or its document or host cannot be used.
   * @throws {RateLimitedError} until its host wants to be asked again.
   * @throws {UpstreamError} when its host does not answer, or has not done so a short time ago.
   */
  async read(did: Did): Promise<IdentityInfo> {
    const { now, onLookup, maxRetryAfterMs } = this.#options
    this.#setbacks.check(did)
    const url = webDidToDocumentUrl(did as `did:web:${string}`)
    return await this.#hosts.run(url.host, async () => {
      this.#setbacks.check(did)
      try {
        const info = await lookUp('web', onLookup, () => this.#request(did, url, now()))
        this.#setbacks.delete(did)
        return info
      } catch (error) {
        if (error instanceof RateLimitedError)
          this.#setbacks.add(did, error, Math.min(error.retryAfterMs ?? 60_000, maxRetryAfterMs))
        else if (error instanceof UpstreamError) this.#setbacks.add(did, error)
        else if (error instanceof InvalidError) this.#setbacks.delete(did)
        throw error
      }
    })
  }

  async #request(did: Did, url: URL, nowMs: number): Promise<IdentityInfo> {
    const response = await this.#options.fetch(url, { headers: { accept } })
    judgeStatus(response, did, nowMs)
    return readDocument(did, await response.json())
  }
}

const accept = 'application/did+ld+json, application/json'

import { webDidToDocumentUrl } from '@atcute/identity'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { isUnknownName } from '../fetch/failure.ts'
import type { Fetch } from '../fetch/fetch.ts'
import { type IdentityInfo, readDocument } from './document.ts'
import { StrangerHosts } from './hosts.ts'
import { judgeStatus, lookUp, type OnLookup } from './look-up.ts'
import type { PaceOptions } from './pace.ts'
import { Setbacks } from './setbacks.ts'

export interface WebDidsOptions extends Pick<PaceOptions, 'now' | 'sleep' | 'signal'> {
  readonly fetch: Fetch
  /** How long a host may take, in ms; less at its first tries. */
  readonly timeoutMs: number
  readonly maxRetryAfterMs: number
  readonly onLookup: OnLookup
}

/**
 * Documents of `did:web`, each on a host of its own that a stranger chose. Nobody knows beforehand which of them is dead,
 * and a DID costs nothing: so the first try is short, and there is room for as many as a flood brings. Whoever fails it
 * gets another chance, and then all the time there is, each time among those who have failed as often.
 */
export class WebDids {
  readonly #options: WebDidsOptions
  readonly #hosts: StrangerHosts<Lane>
  readonly #setbacks: Setbacks

  constructor(options: WebDidsOptions) {
    const { now, signal, sleep } = options
    this.#options = options
    this.#setbacks = new Setbacks({ firstMs: 5000, maxMs: 600_000, now })
    this.#hosts = new StrangerHosts({
      each: { concurrency: 1, perSecond: 1, burst: 5, maxWaiting: 10 },
      all: {
        // Of hosts that hang that makes 170 a second, then 32, then 6.
        first: { concurrency: 256, perSecond: 200, burst: 200, maxWaiting: 2000 },
        second: { concurrency: 128, perSecond: 100, burst: 100, maxWaiting: 2000 },
        again: { concurrency: 64, perSecond: 20, burst: 20, maxWaiting: 2000 },
      },
      ...{ now, signal, ...(sleep && { sleep }) },
    })
  }

  /**
   * @throws {InvalidError} when there is no such DID, or its document or host cannot be used.
   * @throws {RateLimitedError} until its host wants to be asked again.
   * @throws {UpstreamError} when its host does not answer, or has not done so a short time ago.
   */
  async read(did: Did): Promise<IdentityInfo> {
    const { onLookup } = this.#options
    this.#setbacks.check(did)
    const lane = lanes[Math.min(this.#setbacks.failures(did), lanes.length - 1)] as Lane
    const url = webDidToDocumentUrl(did as `did:web:${string}`)
    return await this.#hosts.run(url.host, lane, async () => {
      this.#setbacks.check(did)
      try {
        const info = await lookUp('web', onLookup, () => this.#request(did, url, lane))
        this.#setbacks.delete(did)
        return info
      } catch (error) {
        this.#note(did, error)
        throw error
      }
    })
  }

  async #request(did: Did, url: URL, lane: Lane): Promise<IdentityInfo> {
    const { fetch, timeoutMs, now } = this.#options
    const wholeMs = Math.min(longestMs[lane], timeoutMs)
    const response = await fetch(url, { headers: { accept }, wholeMs })
    judgeStatus(response, did, now())
    return readDocument(did, await response.json())
  }

  #note(did: Did, error: unknown): void {
    if (error instanceof RateLimitedError) {
      const waitMs = Math.min(error.retryAfterMs ?? 60_000, this.#options.maxRetryAfterMs)
      this.#setbacks.add(did, error, waitMs)
    } else if (error instanceof UpstreamError) {
      // A name that does not exist will hardly do so in a few seconds; a host may answer again at any time.
      const waitMs = isUnknownName(error) && this.#setbacks.failures(did) === 0 ? unknownNameMs : undefined
      this.#setbacks.add(did, error, waitMs)
    } else if (error instanceof InvalidError) this.#setbacks.delete(did)
  }
}

type Lane = (typeof lanes)[number]

/** By how often the DID has failed before. */
const lanes = ['first', 'second', 'again'] as const

/** How long a host may take; most of those that answer at all do so in a tenth of the first. */
const longestMs: Readonly<Record<Lane, number>> = {
  first: 1500,
  second: 4000,
  again: Number.POSITIVE_INFINITY,
}
const unknownNameMs = 60_000

const accept = 'application/did+ld+json, application/json'

import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import type { Fetch } from '../fetch/fetch.ts'
import { Availability, type AvailabilityOptions } from './availability.ts'
import { type IdentityInfo, readDocument } from './document.ts'
import { judgeStatus, lookUp, type OnLookup } from './look-up.ts'
import { Pace, type PaceOptions } from './pace.ts'
import { Setbacks } from './setbacks.ts'

export interface DirectoryOptions
  extends Pick<PaceOptions, 'concurrency' | 'perSecond' | 'now' | 'sleep' | 'signal'> {
  readonly plc: URL
  readonly fetch: Fetch
  readonly maxRetryAfterMs: number
  readonly onDirectory: AvailabilityOptions['onChange']
  readonly onLookup: OnLookup
}

/** The directory of `did:plc`, which everybody shares: nobody asks it faster than it answers. */
export class Directory {
  readonly #options: DirectoryOptions
  readonly #pace: Pace
  readonly #availability: Availability
  readonly #setbacks: Setbacks
  /** The last DID whose answer, or lack of one, has told whether it answers; before that, one that was kept. */
  #witness: Did | undefined
  /** In ms since 1970. */
  #askedAtMs = 0

  constructor(options: DirectoryOptions) {
    const { plc, concurrency, perSecond, now, sleep, signal, maxRetryAfterMs } = options
    const name = plc.host
    this.#options = options
    this.#availability = new Availability({ name, now, maxRetryAfterMs, onChange: options.onDirectory })
    this.#setbacks = new Setbacks({ firstMs: 2000, maxMs: 60_000, now })
    this.#pace = new Pace({
      ...{ name, concurrency, perSecond, now, signal, maxWaiting },
      burst: Math.max(1, Math.min(concurrency, perSecond)),
      ...(sleep && { sleep }),
    })
  }

  /** When it may be asked again, in ms since 1970; undefined when it may be asked now. */
  get blockedUntilMs(): number | undefined {
    return this.#availability.blockedUntilMs
  }

  /** What keeps it from answering, and since when, in ms since 1970; undefined while it answers, or asks for patience. */
  get trouble(): { readonly reason: string; readonly sinceMs: number } | undefined {
    return this.#availability.trouble
  }

  /** Takes a DID that it has answered for before this process began for one to ask for, where there is none. */
  remember(did: Did): void {
    this.#witness ??= did
  }

  /**
   * Asks once more for a DID that it was asked for, if it has not answered, or was not asked for a minute: so it is seen to
   * fail, and to answer again, though nobody needs it.
   */
  async probe(): Promise<void> {
    const isIdle = this.#options.now() - this.#askedAtMs >= idleMs
    if (this.#witness !== undefined && (isIdle || this.trouble !== undefined))
      await this.read(this.#witness).catch(() => {})
  }

  /**
   * @throws {InvalidError} when there is no such DID, or its document cannot be used.
   * @throws {RateLimitedError} until the directory wants to be asked again.
   * @throws {UpstreamError} while the directory does not answer.
   */
  async read(did: Did): Promise<IdentityInfo> {
    const mayBegin = () => {
      this.#setbacks.check(did)
      this.#availability.check()
    }
    mayBegin()
    return await this.#pace.run(mayBegin, () => this.#ask(did))
  }

  async #ask(did: Did): Promise<IdentityInfo> {
    this.#availability.enter()
    const beganMs = this.#options.now()
    this.#askedAtMs = beganMs
    try {
      const info = await lookUp('plc', this.#options.onLookup, () => this.#request(did))
      this.#answered(did)
      return info
    } catch (error) {
      if (error instanceof InvalidError) this.#answered(did)
      else if (error instanceof RateLimitedError) throw this.#limited(error)
      else this.#failed(did, error as Error, beganMs)
      throw error
    }
  }

  async #request(did: Did): Promise<IdentityInfo> {
    const { plc, fetch, now } = this.#options
    const url = new URL(plc)
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${did}`
    // Where it leads elsewhere than it should, that is no fault of the DID.
    const response = await fetch(url, { headers: { accept } }).catch(toUpstream)
    judgeStatus(response, did, now())
    const text = await response.text()
    return readDocument(did, parse(text, url))
  }

  #answered(did: Did): void {
    this.#witness = did
    this.#availability.answered()
    this.#pace.speedUp()
    this.#setbacks.delete(did)
  }

  #limited(error: RateLimitedError): RateLimitedError {
    // Of those that were under way together each is refused; that is one complaint.
    const isKnown = this.#availability.blockedUntilMs !== undefined
    const waitMs = this.#availability.limited(error.retryAfterMs)
    if (!isKnown) this.#pace.slowDown()
    return new RateLimitedError(error.message, waitMs, { cause: error })
  }

  /** It is taken for a fault of the DID where that has failed before, and the directory has answered for others since. */
  #failed(did: Did, error: Error, beganMs: number): void {
    if (this.#availability.isDown || this.#setbacks.failures(did) === 0) {
      this.#witness = did
      this.#availability.failed(error.message, beganMs)
      this.#setbacks.add(did, error, 0)
    } else {
      this.#setbacks.add(did, error)
    }
  }
}

const accept = 'application/did+ld+json, application/json'
const maxWaiting = 100_000
const idleMs = 60_000

function toUpstream(error: unknown): never {
  if (error instanceof InvalidError) throw new UpstreamError(error.message, { cause: error })
  throw error
}

/** What is not JSON does not come from a directory, but from something that stands before it. */
function parse(text: string, { host }: URL): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UpstreamError(`the answer of ${host} is not JSON`, { cause })
  }
}

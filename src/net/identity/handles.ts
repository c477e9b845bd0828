import { Resolver as DnsResolver } from 'node:dns/promises'
import { type Did, isDid } from '../../model/did.ts'
import { InvalidError, TimeoutError, UpstreamError } from '../../model/errors.ts'
import { isUnknownName } from '../fetch/failure.ts'
import type { Fetch } from '../fetch/fetch.ts'
import { Cache } from './cache.ts'
import { StrangerHosts } from './hosts.ts'
import { judgeStatus, lookUp, NotFoundError, type OnLookup } from './look-up.ts'
import type { PaceOptions } from './pace.ts'

/** Whether a handle leads to a DID: `unknown` while that could not be found out. */
export type HandleState = 'valid' | 'invalid' | 'unknown'

/** The TXT records of a name, each in its pieces, as `resolveTxt` of `node:dns` gives and refuses them. */
export type TxtResolver = (name: string) => Promise<readonly (readonly string[])[]>

export interface HandlesOptions extends Pick<PaceOptions, 'now' | 'sleep' | 'signal'> {
  readonly fetch: Fetch
  readonly resolveTxt: TxtResolver | undefined
  readonly onLookup: OnLookup
}

/** Verifies that handles lead to the DIDs that claim them (https://atproto.com/specs/handle). */
export class Handles {
  readonly #options: HandlesOptions
  readonly #resolveTxt: TxtResolver
  readonly #hosts: StrangerHosts<'any'>
  readonly #states = new Cache<string, { readonly state: HandleState; readonly expiresMs: number }>(maxStates)
  readonly #pending = new Map<string, Promise<HandleState>>()

  constructor(options: HandlesOptions) {
    const { now, signal, sleep, resolveTxt } = options
    const dns = new DnsResolver({ timeout: 2000, tries: 2 })
    this.#options = options
    this.#resolveTxt = resolveTxt ?? ((name) => dns.resolveTxt(name))
    this.#hosts = new StrangerHosts({
      each: { concurrency: 4, perSecond: 10, burst: 10, maxWaiting: 5000 },
      all: { any: { concurrency: 16, perSecond: 50, burst: 50, maxWaiting: 20_000 } },
      ...{ now, signal, ...(sleep && { sleep }) },
    })
  }

  /** Concurrent calls share one look-up, and the answer is kept for a short time. */
  async verify(did: Did, handle: string): Promise<HandleState> {
    const name = handle.toLowerCase()
    if (!syntax.test(name) || name.length > 253 || reserved.test(name)) return 'invalid'
    const key = `${did} ${name}`
    const known = this.#states.get(key)
    if (known && this.#options.now() < known.expiresMs) return known.state
    const pending = this.#pending.get(key) ?? this.#verify(did, name, key)
    this.#pending.set(key, pending)
    return await pending
  }

  async #verify(did: Did, name: string, key: string): Promise<HandleState> {
    try {
      // Handles below one domain are mostly served by one host.
      const domain = name.split('.').slice(-2).join('.')
      const claims = await this.#hosts.run(domain, 'any', () =>
        Promise.all([this.#askDns(name), this.#askHost(name)]),
      )
      const state = judge(did, claims)
      this.#states.set(key, { state, expiresMs: this.#options.now() + keptMs[state] })
      return state
    } catch (error) {
      // More wait than may.
      if (error instanceof UpstreamError) return 'unknown'
      throw error
    } finally {
      this.#pending.delete(key)
    }
  }

  #askDns(name: string): Promise<Claim> {
    return claimOf(async () => {
      const records = await lookUp('dns', this.#options.onLookup, async () => {
        const texts = await this.#resolveTxt(`_atproto.${name}`).catch(explainDns)
        const dids = texts.map((pieces) => pieces.join('')).filter((text) => text.startsWith('did='))
        if (dids.length === 0) throw new NotFoundError(`the name service names no DID for ${name}`)
        return dids
      })
      return records.map((text) => text.slice('did='.length).trim())
    })
  }

  #askHost(name: string): Promise<Claim> {
    const { fetch, onLookup, now } = this.#options
    return claimOf(() =>
      lookUp('well_known', onLookup, async () => {
        const url = new URL(`https://${name}/.well-known/atproto-did`)
        const response = await fetch(url, { headers: { accept: 'text/plain' } }).catch((error) => {
          throw isUnknownName(error) ? new NotFoundError(`${name} does not exist`, { cause: error }) : error
        })
        judgeStatus(response, name, now())
        const did = (await response.text()).trim()
        // Many hosts answer every path with the same page.
        if (!isDid(did)) throw new NotFoundError(`${name} names no DID`)
        return [did]
      }),
    )
  }
}

/** The DIDs that one of the ways names, or that it could not be found out. */
type Claim = readonly string[] | 'unknown'

/** Where there is nothing, or nothing that may be asked, no DID is named. */
async function claimOf(work: () => Promise<readonly string[]>): Promise<Claim> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof InvalidError) return []
    if (error instanceof UpstreamError) return 'unknown'
    throw error
  }
}

function judge(did: Did, claims: readonly Claim[]): HandleState {
  const named = new Set(claims.flatMap((claim) => (claim === 'unknown' ? [] : claim)))
  if (named.size > 1) return 'invalid'
  if (named.size === 1) return named.has(did) ? 'valid' : 'invalid'
  return claims.includes('unknown') ? 'unknown' : 'invalid'
}

function explainDns(error: Error & { readonly code?: string }): never {
  const { code, message } = error
  if (code === 'ENOTFOUND' || code === 'ENODATA') throw new NotFoundError(message, { cause: error })
  if (code === 'ETIMEOUT') throw new TimeoutError('the name service did not answer', { cause: error })
  throw new UpstreamError(`the name service failed: ${message}`, { cause: error })
}

const keptMs: Readonly<Record<HandleState, number>> = { valid: 600_000, invalid: 60_000, unknown: 30_000 }
const maxStates = 100_000

const syntax = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

/** Top levels that no handle may have; nothing is asked about them. */
const reserved = /\.(alt|arpa|example|internal|invalid|local|localhost|onion)$/

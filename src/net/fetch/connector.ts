import type { LookupFunction } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { buildConnector, Pool } from 'undici'
import { type FetchPolicy, judgeAddress, judgeUrl } from './policy.ts'

/** Finds all the addresses of a name. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

export interface ConnectorOptions {
  readonly policy: FetchPolicy
  readonly resolver: Resolver
  /** How long it may take until a connection stands, the look-up of the name included, in ms. */
  readonly connectMs: number
}

/**
 * Makes the connections to one origin. The addresses behind its name are judged when a connection is made, so that a
 * name whose address changes in between is of no use to an attacker.
 */
export function guardedPool(origin: URL, options: Pool.Options, connector: ConnectorOptions): Pool {
  const { policy, resolver, connectMs: timeout } = connector
  const lookup = guardedLookup(origin, policy, inTime(resolver, timeout))
  const secureContext = origin.protocol === 'https:' ? sharedContext() : undefined
  const connect = buildConnector({ timeout, allowH2: false, lookup, secureContext })
  return new Pool(origin, {
    ...options,
    connect: (target, callback) => {
      // A look-up is not asked about addresses that are written as numbers.
      try {
        judgeUrl(origin, policy)
      } catch (error) {
        callback(error as Error, null)
        return
      }
      connect(target, callback)
    },
  })
}

let context: SecureContext | undefined

/** One for all, with the certificates that everybody trusts: else each connection, failed ones too, makes its own. */
function sharedContext(): SecureContext {
  context ??= createSecureContext()
  return context
}

/** A look-up that nobody answers would otherwise keep its connection, and a timer of it, for ever. */
function inTime(resolver: Resolver, timeoutMs: number): Resolver {
  return async (hostname) => {
    const { promise, reject } = Promise.withResolvers<never>()
    const late = Object.assign(new Error(`nobody has told the address of ${hostname}`), { code: 'ETIMEDOUT' })
    const timer = setTimeout(() => reject(late), timeoutMs)
    return await Promise.race([resolver(hostname), promise]).finally(() => clearTimeout(timer))
  }
}

/** Refuses a name when any of its addresses may not be called. */
function guardedLookup(origin: URL, policy: FetchPolicy, resolver: Resolver): LookupFunction {
  const judged = async (hostname: string) => {
    const addresses = await resolver(hostname)
    for (const { address } of addresses) judgeAddress(address, origin, policy)
    const [first] = addresses
    if (!first) throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' })
    return { first, all: [...addresses] }
  }
  return (hostname, options, callback) => {
    judged(hostname).then(
      ({ first, all }) => (options.all ? callback(null, all) : callback(null, first.address, first.family)),
      (error) => callback(error, '', 0),
    )
  }
}

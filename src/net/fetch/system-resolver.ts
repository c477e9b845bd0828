import { lookup as lookupAddress } from 'node:dns/promises'
import type { ResolvedAddress, Resolver } from './connector.ts'

/**
 * Asks as the operating system does, in one of four threads that names which nobody answers for can all keep busy. What
 * `localhost` is, needs no look-up (RFC 6761, 6.3).
 *
 * @param most how many look-ups may be under way: none can be taken back, and who waits for them gives up sooner.
 */
export function createSystemResolver(
  lookup: Resolver = (hostname) => lookupAddress(hostname, { all: true }),
  most = 256,
): Resolver {
  let underWay = 0
  return async (hostname) => {
    if (/(^|\.)localhost\.?$/i.test(hostname)) return loopback
    if (underWay >= most)
      throw Object.assign(new Error('too many names are being looked up'), { code: 'EAI_AGAIN' })
    underWay += 1
    try {
      return await lookup(hostname)
    } finally {
      underWay -= 1
    }
  }
}

const loopback: readonly ResolvedAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

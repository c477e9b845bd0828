import type { RequestHandler } from 'express'
import { Problem } from './problem.ts'

export interface RateLimitOptions {
  /** Requests per second that one client may make in the long run. */
  readonly perSecond: number
  /** How many seconds' worth of requests a client that was quiet may make at once. @default 5 */
  readonly burstSeconds?: number
  /** How many clients are told apart; beyond that the one that was seen longest ago is dropped. @default 10_000 */
  readonly maxClients?: number
  /** Milliseconds from a fixed point, never going back. */
  readonly now?: () => number
}

/** Answers 429 to what a client sends beyond its rate: a token bucket for each address. */
export function rateLimit({
  perSecond,
  burstSeconds = 5,
  maxClients = 10_000,
  now = () => performance.now(),
}: RateLimitOptions): RequestHandler {
  const full = Math.max(1, perSecond * burstSeconds)
  /** In the order of their last request. */
  const buckets = new Map<string, Bucket>()

  return (request, response, next) => {
    const client = networkOf(request.socket.remoteAddress ?? '')
    const atMs = now()
    const bucket = buckets.get(client) ?? { left: full, atMs }
    bucket.left = Math.min(full, bucket.left + ((atMs - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = atMs
    buckets.delete(client)
    buckets.set(client, bucket)
    if (buckets.size > maxClients) buckets.delete(buckets.keys().next().value as string)
    if (bucket.left >= 1) {
      bucket.left -= 1
      return next()
    }
    const waitSeconds = Math.ceil((1 - bucket.left) / perSecond)
    response.set('Connection', 'close')
    throw new Problem(429, {
      detail: `${perSecond} requests per second are allowed; ask again in ${waitSeconds} s`,
      headers: { 'Retry-After': String(waitSeconds) },
    })
  }
}

interface Bucket {
  left: number
  atMs: number
}

/** A client of IPv6 has a whole /64 of addresses, which count as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const tailGroups = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - groups.length - tailGroups.length
  return [...groups, ...Array<string>(zeros).fill('0'), ...tailGroups].slice(0, 4).join(':')
}

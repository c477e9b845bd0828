import type { RequestHandler } from 'express'
import { Problem } from './problem.ts'

export interface RateLimitOptions {
  /** Requests per second that one client may make in the long run. */
  readonly perSecond: number
  /** How many seconds' worth of requests a client that was quiet may make at once. @default 5 */
  readonly burstSeconds?: number
  /** Clients that are kept apart; beyond it the one that was seen longest ago is forgotten. @default 10_000 */
  readonly maxClients?: number
  /** Milliseconds from a fixed point, never going back. */
  readonly now?: () => number
}

/** Refuses with 429 what a client asks beyond its share: a token bucket for each address. */
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

/** One client of IPv6 commands a whole /64: it counts as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail ? tail.split(':').length : 0
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind
  return [...groups, ...Array<string>(zeros).fill('0'), ...(tail ? tail.split(':') : [])]
    .slice(0, 4)
    .join(':')
}

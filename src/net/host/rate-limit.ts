import { type AnswerHeaders, retryAfterMs, serverTimeMs } from '../fetch/retry-after.ts'

/** How much a host still answers, and until when. */
export interface RateLimit {
  /** Requests in a window; absent where it was not told. */
  readonly limit?: number
  /** Requests left in this window. */
  readonly remaining: number
  /** When the window ends and a new one begins, in ms since 1970. */
  readonly resetMs: number
}

/**
 * Reads what a host says of its rate limit: `RateLimit-Limit`, `-Remaining`, `-Reset` as the drafts 2 to 6 of
 * "RateLimit header fields for HTTP" have them (`Reset` in seconds from now) or as a PDS has them (in seconds since
 * 1970), or one `RateLimit` field (drafts 7 and later). Of several limits the one with the fewest requests left counts.
 */
export function rateLimitFrom(headers: AnswerHeaders, nowMs: number): RateLimit | undefined {
  const field = headers.get('ratelimit')
  const told = field === null ? separateFields(headers) : oneField(field, headers.get('ratelimit-policy'))
  const { limit, remaining, reset } = told
  if (remaining === undefined || reset === undefined) return undefined
  const inMs = reset * 1000 - (reset > leastTimestamp ? serverTimeMs(headers, nowMs) : 0)
  const resetMs = nowMs + Math.min(inMs, maxWindowMs)
  return { ...(limit !== undefined && { limit }), remaining, resetMs }
}

/** How long to wait before another request, in ms, by `Retry-After` in either of its forms. */
export function retryAfterMsFrom(headers: AnswerHeaders, nowMs: number): number | undefined {
  const ms = retryAfterMs(headers, nowMs)
  return ms === undefined ? undefined : Math.min(ms, maxWindowMs)
}

interface Told {
  readonly limit: number | undefined
  readonly remaining: number | undefined
  readonly reset: number | undefined
}

function separateFields(headers: AnswerHeaders): Told {
  const read = (name: string) => wholeNumber(headers.get(name)?.split(/[,;]/, 1)[0])
  return {
    limit: read('ratelimit-limit') ?? wholeNumber(headers.get('ratelimit-policy')?.split(';', 1)[0]),
    remaining: read('ratelimit-remaining'),
    reset: read('ratelimit-reset'),
  }
}

/** `limit=100, remaining=50, reset=30` or `"default";r=50;t=30` with the policy `"default";q=100;w=60`. */
function oneField(field: string, policy: string | null): Told {
  if (field.includes('=') && /\bremaining=/.test(field)) {
    return {
      limit: parameter(field, 'limit'),
      remaining: parameter(field, 'remaining'),
      reset: parameter(field, 'reset'),
    }
  }
  const limits = field.split(',').map((item) => ({
    limit: parameter(policyOf(item, policy ?? ''), 'q'),
    remaining: parameter(item, 'r'),
    reset: parameter(item, 't'),
  }))
  const least = (told: Told) => told.remaining ?? Number.POSITIVE_INFINITY
  return limits.reduce((tightest, one) => (least(one) < least(tightest) ? one : tightest))
}

function policyOf(item: string, policies: string): string {
  const name = item.split(';', 1)[0]?.trim()
  return policies.split(',').find((policy) => policy.split(';', 1)[0]?.trim() === name) ?? ''
}

function parameter(text: string, name: string): number | undefined {
  return wholeNumber(new RegExp(`(?:^|[\\s;,])${name}=(\\d+)`).exec(text)?.[1])
}

function wholeNumber(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? ''
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined
}

/** Seconds from now are never that many; seconds since 1970 always are. */
const leastTimestamp = 1_000_000_000

/** A host that names a later time is asked again after this, in ms. */
const maxWindowMs = 24 * 60 * 60 * 1000

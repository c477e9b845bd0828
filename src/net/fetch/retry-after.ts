/** Headers of an answer. */
export interface AnswerHeaders {
  get(name: string): string | null
}

/**
 * When a server wants to be asked again, in ms from now, by its header Retry-After, which holds seconds or a date.
 * Undefined where there is none, or what stands there is neither.
 */
export function retryAfterMs(headers: AnswerHeaders, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const dateMs = Date.parse(text)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - serverTimeMs(headers, nowMs))
}

/** What the server's clock says by its header Date, to which its other dates belong; ours where it does not say. */
export function serverTimeMs(headers: AnswerHeaders, nowMs: number): number {
  const dateMs = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(dateMs) ? nowMs : dateMs
}

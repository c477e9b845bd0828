/**
 * When a server wants to be asked again, in ms from now, by its header Retry-After, which holds seconds or a date.
 * Undefined where there is none, or what stands there is neither.
 */
export function retryAfterMs(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const dateMs = Date.parse(text)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs)
}

import { UsageError } from '@tidegauge/otel/usage-error'

/** Milliseconds of a duration as Prometheus and Grafana write it, `1m30s`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwMy])/gy)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return undefined
  return parts.reduce((total, [, count, unit = '']) => total + Number(count) * (worth[unit] ?? 0), 0)
}

/** A duration as Prometheus reads it, in its largest unit without remainder: `90s`, `5m`. */
export function durationText(ms: number): string {
  const whole = Math.max(1, Math.round(ms))
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = worth[unit] ?? 1
    if (whole % size === 0 && whole >= size) return `${whole / size}${unit}`
  }
  return `${whole}ms`
}

/**
 * A moment as Grafana's time picker takes it: `now`, `now-1h`, `now-1d/d`, ISO 8601 or milliseconds.
 *
 * @throws {UsageError} for anything else.
 */
export function momentOf(text: string, now: Date, edge: 'from' | 'to' = 'from'): Date {
  const relative = /^now(?:([+-])(\w+?))?(?:\/([smhdwMy]))?$/.exec(text.trim())
  if (relative) {
    const [, sign, span, unit] = relative
    const distance = span === undefined ? 0 : durationMs(span)
    if (distance !== undefined) {
      const moment = new Date(now.getTime() + (sign === '-' ? -distance : distance))
      return unit === undefined ? moment : rounded(moment, unit, edge)
    }
  } else {
    const moment = new Date(/^\d{9,}$/.test(text.trim()) ? Number(text) : text)
    if (!Number.isNaN(moment.getTime())) return moment
  }
  throw new UsageError(
    `"${text}" is not a moment: write now, now-6h, an ISO time such as 2026-01-31T12:00:00Z, or milliseconds since 1970`,
  )
}

function rounded(moment: Date, unit: string, edge: 'from' | 'to'): Date {
  const [year, month, day] = [moment.getFullYear(), moment.getMonth(), moment.getDate()]
  const next = edge === 'to' ? 1 : 0
  const lastMs = edge === 'to' ? 1 : 0
  switch (unit) {
    case 'y':
      return new Date(new Date(year + next, 0, 1).getTime() - lastMs)
    case 'M':
      return new Date(new Date(year, month + next, 1).getTime() - lastMs)
    case 'w':
      return new Date(new Date(year, month, day - ((moment.getDay() + 6) % 7) + next * 7).getTime() - lastMs)
    case 'd':
      return new Date(new Date(year, month, day + next).getTime() - lastMs)
    default: {
      const size = worth[unit] ?? 1
      return new Date((Math.floor(moment.getTime() / size) + next) * size - lastMs)
    }
  }
}

const worth: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
}

import { nonFinite, toFixed } from './decimals.ts'
import type { Formatter } from './formatter.ts'

/** Units of time: the value moves up to the largest unit that it fills. */
export const durationUnits: Readonly<Record<string, Formatter>> = {
  ns: duration(1e-9),
  µs: duration(1e-6),
  ms: duration(1e-3),
  s: duration(1),
  m: duration(60),
  h: duration(3600),
  d: duration(86_400),
  dtdurationms: (ms) => text(inWords(ms / 1000)),
  dtdurations: (seconds) => text(inWords(seconds)),
  dthms: (seconds) => text(clock(seconds, false)),
  dtdhms: (seconds) => text(clock(seconds, true)),
  clocks: (seconds) => text(clock(seconds, false)),
  clockms: (ms) => text(clock(ms / 1000, false)),
  dateTimeAsIso: (ms) => text(dateTime(ms, true)),
  dateTimeAsIsoNoDateIfToday: (ms) => text(dateTime(ms, true)),
  dateTimeAsUS: (ms) => text(dateTime(ms, true)),
  dateTimeAsUSNoDateIfToday: (ms) => text(dateTime(ms, true)),
  dateTimeAsLocal: (ms) => text(dateTime(ms, true)),
  dateTimeAsSystem: (ms) => text(dateTime(ms, true)),
  dateTimeFromNow: (ms) => {
    const seconds = (ms - Date.now()) / 1000
    const { text: size, suffix } = fit(Math.abs(seconds), 1, 0)
    return text(seconds > 0 ? `in ${size}${suffix}` : `${size}${suffix} ago`)
  },
}

/** Date and time in the reader's time zone. Undefined moments give an empty text. */
export function dateTime(ms: number, withDate: boolean): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return ''
  const two = (part: number) => String(part).padStart(2, '0')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return withDate ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}` : time
}

const steps: readonly (readonly [number, string])[] = [
  [1e-9, ' ns'],
  [1e-6, ' µs'],
  [1e-3, ' ms'],
  [1, ' s'],
  [60, ' min'],
  [3600, ' hour'],
  [86_400, ' day'],
  [604_800, ' week'],
  [31_556_900, ' year'],
]

/** `base` is what one is worth, in seconds. */
function duration(base: number): Formatter {
  return (value, decimals) => {
    if (!Number.isFinite(value)) return text(nonFinite(value))
    return fit(value, base, decimals)
  }
}

function fit(value: number, base: number, decimals?: number | null) {
  // Grafana writes 0 and, from milliseconds upwards, what is too small in the unit that was asked for.
  const own = steps.find(([size]) => size === base) ?? [1, ' s']
  if (value === 0) return { prefix: '', text: '0', suffix: own[1] }
  const smallest = base < 1 || base >= 60 ? base : 0
  const size = Math.abs(value) * base
  const [worth, suffix] =
    steps.findLast(([worth]) => worth >= smallest && size >= worth * (1 - 1e-12)) ??
    (smallest === 0 ? (steps[0] ?? own) : own)
  return { prefix: '', text: toFixed((value * base) / worth, decimals), suffix }
}

function inWords(seconds: number): string {
  if (!Number.isFinite(seconds)) return nonFinite(seconds)
  if (seconds === 0) return '0 seconds'
  const parts: string[] = []
  let rest = Math.abs(seconds)
  for (const [worth, name] of [
    [31_556_900, 'year'],
    [604_800, 'week'],
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const) {
    const whole = Math.floor(rest / worth)
    if (whole > 0 && parts.length < 3) parts.push(`${whole} ${name}${whole === 1 ? '' : 's'}`)
    rest -= whole * worth
  }
  if (parts.length === 0) parts.push(`${toFixed(Math.abs(seconds) * 1000)} milliseconds`)
  return `${parts.join(', ')}${seconds < 0 ? ' ago' : ''}`
}

function clock(seconds: number, withDays: boolean): string {
  if (!Number.isFinite(seconds)) return nonFinite(seconds)
  const whole = Math.floor(Math.abs(seconds))
  const days = withDays ? Math.floor(whole / 86_400) : 0
  const two = (part: number) => String(part).padStart(2, '0')
  const rest = whole - days * 86_400
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':')
  return `${seconds < 0 ? '-' : ''}${days > 0 ? `${days} d ` : ''}${time}`
}

function text(content: string) {
  return { prefix: '', text: content, suffix: '' }
}

const unitMs: Readonly<Record<string, number>> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}

/** Milliseconds of a duration as Prometheus writes it, `1h30m`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?$/.test(text) || text === '') return undefined
  return [...text.matchAll(/(\d+)(ms|[ywdhms])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  )
}

/** Milliseconds as Prometheus writes them, in as large units as go: `1h30m`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s'
  let left = ms
  return Object.entries(unitMs)
    .filter(([unit]) => unit !== 'y' && unit !== 'w')
    .map(([unit, size]) => {
      const count = Math.floor(left / size)
      left -= count * size
      return count === 0 ? '' : `${count}${unit}`
    })
    .join('')
}

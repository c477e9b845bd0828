const unitMinutes = { ms: 1 / 60_000, s: 1 / 60, m: 1, h: 60, d: 1440, w: 10_080, y: 525_600 }

/** How many minutes, rounded up, a duration of Prometheus lasts: 90 for `1h30m`. */
export function minutes(duration: string): number {
  let total = 0
  for (const [, number, unit] of duration.matchAll(/(\d+)(ms|[smhdwy])/g))
    total += Number(number) * unitMinutes[unit as keyof typeof unitMinutes]
  return Math.ceil(total)
}

export function minutesText(count: number): string {
  return `${count}m`
}

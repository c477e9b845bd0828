import { durationMs, durationText } from './time.ts'

export interface IntervalOptions {
  readonly from: Date
  readonly to: Date
  /** How many points there is room for: the width of the panel in pixels. */
  readonly maxDataPoints: number
  /** `Min interval` of the target or the panel, as it stands there: `30s`, `>30s`. */
  readonly minInterval: string | undefined
  readonly scrapeIntervalMs: number
}

/** Times that Grafana works out for a query. */
export interface Intervals {
  /** Distance of two points, `$__interval`. */
  readonly stepMs: number
  /** `$__rate_interval`: long enough for four scrapes. */
  readonly rateIntervalMs: number
}

/** Works out the step of a query and what `$__rate_interval` stands for, as Grafana does for Prometheus. */
export function intervalsOf({
  from,
  to,
  maxDataPoints,
  minInterval,
  scrapeIntervalMs,
}: IntervalOptions): Intervals {
  const rangeMs = to.getTime() - from.getTime()
  const least = durationMs((minInterval ?? '').replace(/^>/, '')) ?? scrapeIntervalMs
  const wished = roundInterval(rangeMs / Math.max(1, maxDataPoints))
  // Prometheus refuses more than 11,000 points.
  const stepMs = Math.max(least, wished, Math.ceil(rangeMs / 11_000), 1)
  return { stepMs, rateIntervalMs: Math.max(stepMs + scrapeIntervalMs, 4 * scrapeIntervalMs) }
}

/** The variables that Grafana fills in by itself, by name. */
export function builtIns({
  from,
  to,
  stepMs,
  rateIntervalMs,
}: Intervals & Pick<IntervalOptions, 'from' | 'to'>) {
  const rangeMs = to.getTime() - from.getTime()
  return new Map([
    ['__interval', durationText(stepMs)],
    ['__interval_ms', String(stepMs)],
    ['__rate_interval', durationText(rateIntervalMs)],
    ['__rate_interval_ms', String(rateIntervalMs)],
    ['__range', durationText(Math.round(rangeMs / 1000) * 1000)],
    ['__range_s', String(Math.round(rangeMs / 1000))],
    ['__range_ms', String(rangeMs)],
    ['__from', String(from.getTime())],
    ['__to', String(to.getTime())],
  ])
}

/** The first bound that the interval stays under decides. */
function roundInterval(ms: number): number {
  return roundings.find(([below]) => ms < below)?.[1] ?? 31_536_000_000
}

const roundings: readonly (readonly [number, number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
]

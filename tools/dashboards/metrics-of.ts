import { seriesName } from '@tidegauge/otel/naming'
import type { DashboardPanel } from './dashboard.ts'

/** Every word of a panel's queries that could be the name of a metric, those in strings included. */
export function wordsInQueries({ targets }: Pick<DashboardPanel, 'targets'>): ReadonlySet<string> {
  const words = new Set<string>()
  for (const { expr } of targets) {
    for (const [word] of expr?.matchAll(/[a-zA-Z_:][\w:]*/g) ?? []) words.add(word)
  }
  return words
}

/** Whether a query of the panel names the metric, or a series of it. */
export function shows(words: ReadonlySet<string>, metric: string): boolean {
  return (
    words.has(metric) ||
    [...parts.map((part) => seriesName(metric, part)), `${metric}_total`].some((name) => words.has(name))
  )
}

/** A type is not known here; of a family that OpenMetrics names, the series has `_total` as well. */
const parts = ['bucket', 'sum', 'count'] as const

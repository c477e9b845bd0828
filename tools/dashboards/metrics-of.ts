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
  return words.has(metric) || suffixes.some((suffix) => words.has(metric + suffix))
}

const suffixes = ['_bucket', '_sum', '_count', '_total']

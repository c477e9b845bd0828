import type { InstantSeries, Prometheus, RangeSeries, TimeRange } from '../server/server.ts'

/** Answers by the text of the query, for tests of what is asked and of what is made of the answer. */
export interface Answers {
  readonly query?: (expr: string, at: Date | undefined) => readonly InstantSeries[]
  readonly queryRange?: (expr: string, range: TimeRange) => readonly RangeSeries[]
  readonly series?: (selector: string) => readonly Readonly<Record<string, string>>[]
}

/** A Prometheus that scrapes every 15 seconds and knows what it is told here; it refuses everything else. */
export function prometheusWith({ query, queryRange, series }: Answers): Prometheus {
  const refuse = (text: string) => {
    throw new Error(`refused: ${text}`)
  }
  return {
    url: 'http://prometheus.test:9090',
    scrapeIntervalMs: 15_000,
    query: async (expr, at) => query?.(expr, at) ?? refuse(expr),
    queryRange: async (expr, range) => queryRange?.(expr, range) ?? refuse(expr),
    series: async (selector) =>
      series?.(selector).map((labels) => new Map(Object.entries(labels))) ?? refuse(selector),
    metadata: async () => new Map(),
  }
}

import { parseText } from '../../../otel/exposition/text-parser.fixture.ts'
import type { Tidegauge } from './tidegauge.ts'

/** The numbers of one scrape, straight from the service. */
export interface Scrape {
  /** Sum of the samples with this name and at least these labels; undefined where there are none. */
  number(name: string, labels?: Readonly<Record<string, string>>): number | undefined
  /** The samples by the value of one label, without those that are 0. */
  byLabel(name: string, label: string): Record<string, number>
}

export async function scrapeOf(service: Tidegauge): Promise<Scrape> {
  const { samples } = parseText(await service.scrape(), 'text')
  const matching = (name: string, wanted: Readonly<Record<string, string>> = {}) =>
    samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(wanted).every(([key, value]) => sample.labels.get(key) === value),
    )
  return {
    number(name, labels) {
      const found = matching(name, labels)
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
    },
    byLabel(name, label) {
      const sums: Record<string, number> = {}
      for (const { labels, value } of matching(name)) {
        const key = labels.get(label) ?? ''
        if (value !== 0) sums[key] = (sums[key] ?? 0) + value
      }
      return sums
    },
  }
}

/** What a scrape says of these names, for comparing all of them at once. */
export function numbers(scrape: Scrape, names: readonly string[]): Record<string, number | undefined> {
  return Object.fromEntries(names.map((name) => [name, scrape.number(name)]))
}

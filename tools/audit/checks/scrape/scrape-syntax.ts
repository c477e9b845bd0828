import type { Check } from '../../check.ts'

/** A line of a scrape that its format does not allow. */
export const scrapeSyntax: Check = {
  name: 'scrape-syntax',
  description: 'A scrape has a line that its format does not allow; Prometheus refuses the whole scrape.',
  run({ targets }) {
    return targets.flatMap(({ url, scrapes }) =>
      (scrapes.at(-1)?.problems ?? []).map(({ line, reason }) => ({
        check: 'scrape-syntax',
        level: 'error',
        place: { file: url, line },
        subject: reason,
        reason,
        mend: 'Fix the exporter; Prometheus refuses a scrape with such a line, or loses what it says.',
      })),
    )
  },
}

import type { Check } from '../../check.ts'

/** A service that exposes values with a time of its own. */
export const scrapeTimestamp: Check = {
  name: 'scrape-timestamp',
  description:
    'A scrape puts timestamps on its samples, so that Prometheus does not notice when a series ends.',
  run({ targets }) {
    return targets.flatMap(({ url, scrapes }) => {
      const { timestamped } = scrapes.at(-1) ?? {}
      if (timestamped === undefined) return []
      const { name, line } = timestamped
      return [
        {
          check: 'scrape-timestamp',
          level: 'warning',
          place: { file: url, line },
          subject: name,
          reason: `${name} is exposed with a time; Prometheus then goes on showing its last value for five minutes after it is gone`,
          mend: 'Leave the time off: Prometheus sets that of the scrape. Only what passes on values of others needs it.',
        },
      ]
    })
  },
}

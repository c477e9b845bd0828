import { labelsKey, latestFamilies, successiveScrapes } from '../../../inputs/service-metrics.ts'
import { hasRestarted } from '../../../scrape/restarted.ts'
import type { Scrape } from '../../../scrape/scrape.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A counter with a value that no counter can have, or that went down. */
export const counterValue: Check = {
  name: 'counter-value',
  description: 'A counter is negative, is not a number, or decreased without a restart.',
  run({ targets }) {
    const impossible = latestFamilies(targets).flatMap((family): Finding[] => {
      const sample = family.type === 'counter' && family.samples.find(({ value }) => !(value >= 0))
      if (!sample) return []
      const { name, url } = family
      return [
        {
          check: 'counter-value',
          level: 'error',
          place: { file: url, line: sample.line },
          subject: name,
          reason: `The counter ${name} has the value ${sample.value}`,
          mend: 'Only add what is positive and finite to a counter; what goes down is a gauge.',
        },
      ]
    })
    const fallen = targets.flatMap((target) =>
      successiveScrapes(target).flatMap(([before, after]) =>
        hasRestarted(before, after) ? [] : fallenCounters(target.url, before, after),
      ),
    )
    return [...impossible, ...new Map(fallen.map((finding) => [finding.subject, finding])).values()]
  },
}

function fallenCounters(url: string, before: Scrape, after: Scrape): Finding[] {
  return [...after.families.values()].flatMap((family): Finding[] => {
    if (family.type !== 'counter') return []
    const earlier = new Map(
      before.families
        .get(family.name)
        ?.samples.map(({ name, labels, value }) => [name + labelsKey(labels), value]),
    )
    const fallen = family.samples.find(
      ({ name, labels, value }) => value < (earlier.get(name + labelsKey(labels)) ?? 0),
    )
    if (fallen === undefined) return []
    return [
      {
        check: 'counter-value',
        level: 'error',
        place: { file: url, line: fallen.line },
        subject: `${family.name} fell`,
        reason: `The counter ${family.name} went down from one scrape to the next, while others did not`,
        mend: 'Make it a gauge if it may go down; never set a counter. Prometheus takes the fall for a restart and counts too much.',
      },
    ]
  })
}

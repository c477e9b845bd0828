import type { Family } from '../../../scrape/scrape.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { defaultLimits } from '../../limits.ts'

/** A label that has ever more values. */
export const cardinalityGrowth: Check = {
  name: 'cardinality-growth',
  description: 'A label gets new values from scrape to scrape.',
  run({ targets, limits = defaultLimits }) {
    return targets.flatMap(({ url, scrapes }) => {
      const [first, last] = [scrapes[0], scrapes.at(-1)]
      if (first === undefined || last === undefined || first === last) return []
      return [...last.families.values()].flatMap((family): Finding[] => {
        const before = valuesOf(first.families.get(family.name))
        return [...valuesOf(family)].flatMap(([label, values]) => {
          const known = before.get(label)?.size ?? 0
          const added = values.size - known
          if (known === 0 || added < limits.labelGrowth || added < known * 0.1) return []
          return [
            {
              check: 'cardinality-growth',
              level: 'warning',
              place: { file: url, line: family.line },
              subject: `${family.name} ${label}`,
              reason: `The label ${label} of ${family.name} went from ${known} to ${values.size} values between the first scrape and the last`,
              mend: 'Give it a closed list of values, or set a limit; what identifies a user or a request belongs in a log or a trace.',
            },
          ]
        })
      })
    })
  },
}

function valuesOf(family: Family | undefined): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>()
  for (const { labels } of family?.samples ?? []) {
    for (const [label, value] of labels) {
      if (label === 'le' || label === 'quantile') continue
      const known = values.get(label)
      if (known) known.add(value)
      else values.set(label, new Set([value]))
    }
  }
  return values
}

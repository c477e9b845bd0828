import { latestFamilies } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A metric whose help text is not the declared one. */
export const metricHelpDeclared: Check = {
  name: 'metric-help-declared',
  description: 'The help text of a metric in the scrape is not the one that the catalog declares.',
  run({ catalog, targets }) {
    const families = new Map(latestFamilies(targets).map((family) => [family.name, family]))
    return (catalog?.metrics ?? []).flatMap(({ name, help, file, recordedBy }): Finding[] => {
      const family = families.get(name)
      // A library explains its metrics in words of its own.
      if (recordedBy !== undefined || !family?.help || !help || family.help === help) return []
      return [
        {
          check: 'metric-help-declared',
          level: 'warning',
          place: { file: family.url, line: family.line },
          subject: name,
          reason: `${name} has the help ${JSON.stringify(family.help)}; ${file} says ${JSON.stringify(help)}`,
          mend: 'Give the instrument the declared text, or run the version of the service that the catalog is of.',
        },
      ]
    })
  },
}

import { latestFamilies, serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import { createSuggest } from '../../suggest.ts'

/** A metric of a scrape that neither catalog nor source declares. */
export const metricUndeclared: Check = {
  name: 'metric-undeclared',
  description: 'A scrape has a metric that neither catalog nor source declares.',
  run(inputs) {
    const { catalog, source } = inputs
    const exposed = new Set(latestFamilies(inputs.targets).map(({ name }) => name))
    const declared = [...(catalog?.metrics ?? []), ...(source?.metrics ?? [])].map(({ name }) => name)
    if (declared.length === 0) return []
    const suggest = createSuggest()
    // What the scrape has under its own name is not this one.
    const missing = declared.filter((name) => !exposed.has(name))
    // Where the source makes names at run time, it may well declare this one.
    const isCertain = catalog !== undefined || (source?.unresolved ?? []).length === 0
    return serviceMetrics(inputs)
      .filter(
        ({ metric, isOfRuntime }) =>
          !metric.from.has('catalog') && !metric.from.has('source') && !isOfRuntime,
      )
      .map(({ metric: { name }, place }) => {
        const near = suggest(name, missing)
        return {
          check: 'metric-undeclared',
          level: isCertain ? 'warning' : 'info',
          place,
          subject: name,
          reason: `${name} is in the scrape, and nothing declares it${near ? `; ${near} is declared` : ''}`,
          mend: near
            ? `Declare it, or let it have the name ${near}.`
            : 'Declare it in the catalog, or stop exporting it.',
        }
      })
  },
}

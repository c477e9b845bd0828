import type { MetricDefinition } from '../catalog/metric.ts'
import { prometheusName } from '../naming/name.ts'
import { namesTaken } from '../naming/series.ts'

/**
 * Makes sure that no two metrics end in one Prometheus name, the series of histograms included.
 *
 * @throws {Error} naming both.
 */
export function checkNames(catalog: readonly MetricDefinition[]): void {
  const taken = new Map<string, string>()
  for (const definition of catalog) {
    for (const name of namesTaken(prometheusName(definition), definition.instrument)) {
      const other = taken.get(name)
      if (other !== undefined) {
        throw new Error(`${other} and ${definition.name} are both ${name} in Prometheus: rename one of them`)
      }
      taken.set(name, definition.name)
    }
  }
}

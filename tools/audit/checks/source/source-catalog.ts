import type { Check } from '../../check.ts'
import { sourceFinding } from './source-finding.ts'

const check = 'source-catalog'

/** Two lists of what there is, of which one is out of date. */
export const sourceCatalog: Check = {
  name: check,
  description: 'Source and catalog declare different metrics.',
  *run({ source, catalog }) {
    if (source === undefined || catalog === undefined || source.metrics.length === 0) return
    const inCatalog = new Set(catalog.metrics.map(({ name }) => name))
    const inSource = new Set(source.metrics.map(({ name }) => name))
    for (const metric of source.metrics) {
      if (inCatalog.has(metric.name)) continue
      yield sourceFinding(metric, {
        check,
        level: 'warning',
        reason: `${metric.name} is declared in the source, and the catalog does not know it.`,
        mend: 'Add it to the catalog, so that it is shown, watched and documented.',
      })
    }
    // A name that is only known at run time may be any of those that are missing.
    if ((source.unresolved ?? []).length > 0) return
    for (const metric of catalog.metrics) {
      if (inSource.has(metric.name)) continue
      yield sourceFinding(metric, {
        check,
        level: 'info',
        reason: `${metric.name} is in the catalog, and the source that was read does not declare it.`,
        mend: 'Remove it from the catalog, or give the source of the part that declares it, too.',
      })
    }
  },
}

import type { Check } from '../planes.ts'
import { cardinalityGrowth } from './cardinality-growth.ts'
import { cardinalitySeries } from './cardinality-series.ts'
import { cardinalityValues } from './cardinality-values.ts'
import { counterValue } from './counter-value.ts'
import { histogramBuckets } from './histogram-buckets.ts'
import { histogramShape } from './histogram-shape.ts'
import { metricAbsent } from './metric-absent.ts'
import { metricHelp } from './metric-help.ts'
import { metricHelpDeclared } from './metric-help-declared.ts'
import { metricNeverUpdated } from './metric-never-updated.ts'
import { metricNoAlert } from './metric-no-alert.ts'
import { metricNoPanel } from './metric-no-panel.ts'
import { metricStale } from './metric-stale.ts'
import { metricType } from './metric-type.ts'
import { metricUndeclared } from './metric-undeclared.ts'
import { metricUnit } from './metric-unit.ts'
import { nameConvention } from './name-convention.ts'
import { nameLabel } from './name-label.ts'
import { scrapeDuplicate } from './scrape-duplicate.ts'
import { scrapeSyntax } from './scrape-syntax.ts'
import { scrapeTimestamp } from './scrape-timestamp.ts'

/** The checks of metrics themselves: declarations, scrapes, and whether somebody looks at them. */
export const metricChecks: readonly Check[] = [
  scrapeSyntax,
  scrapeDuplicate,
  scrapeTimestamp,
  counterValue,
  histogramBuckets,
  histogramShape,
  metricType,
  metricAbsent,
  metricUndeclared,
  metricNeverUpdated,
  metricStale,
  metricNoPanel,
  metricNoAlert,
  nameConvention,
  nameLabel,
  metricUnit,
  metricHelp,
  metricHelpDeclared,
  cardinalitySeries,
  cardinalityGrowth,
  cardinalityValues,
]

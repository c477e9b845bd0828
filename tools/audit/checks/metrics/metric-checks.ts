import type { Check } from '../../check.ts'
import { cardinalityGrowth } from '../scrape/cardinality-growth.ts'
import { cardinalitySeries } from '../scrape/cardinality-series.ts'
import { cardinalityValues } from '../scrape/cardinality-values.ts'
import { counterValue } from '../scrape/counter-value.ts'
import { histogramBuckets } from '../scrape/histogram-buckets.ts'
import { histogramShape } from '../scrape/histogram-shape.ts'
import { scrapeDuplicate } from '../scrape/scrape-duplicate.ts'
import { scrapeSyntax } from '../scrape/scrape-syntax.ts'
import { scrapeTimestamp } from '../scrape/scrape-timestamp.ts'
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

import type { Check } from '../../check.ts'
import { queryAverageOfKinds } from './query-average-of-kinds.ts'
import { queryBucketSum } from './query-bucket-sum.ts'
import { queryDeltaOnCounter } from './query-delta-on-counter.ts'
import { queryFindsNothing } from './query-finds-nothing.ts'
import { queryHistogramName } from './query-histogram-name.ts'
import { queryIrate } from './query-irate.ts'
import { queryLegend } from './query-legend.ts'
import { queryLegendInstance } from './query-legend-instance.ts'
import { queryMatcherOperator } from './query-matcher-operator.ts'
import { queryMean } from './query-mean.ts'
import { queryMissingMatcher } from './query-missing-matcher.ts'
import { queryMixedRanges } from './query-mixed-ranges.ts'
import { queryNeverMatches } from './query-never-matches.ts'
import { queryNeverTrue } from './query-never-true.ts'
import { queryNoName } from './query-no-name.ts'
import { queryOddAggregation } from './query-odd-aggregation.ts'
import { queryQuantileInput } from './query-quantile-input.ts'
import { queryQuantileLe } from './query-quantile-le.ts'
import { queryQuantileNumber } from './query-quantile-number.ts'
import { queryQuantileSum } from './query-quantile-sum.ts'
import { queryRange } from './query-range.ts'
import { queryRateOfSum } from './query-rate-of-sum.ts'
import { queryRateOnGauge } from './query-rate-on-gauge.ts'
import { queryRawCounter } from './query-raw-counter.ts'
import { querySameLegend } from './query-same-legend.ts'
import { queryShareUpsideDown } from './query-share-upside-down.ts'
import { queryStrayName } from './query-stray-name.ts'
import { querySumOfRatio } from './query-sum-of-ratio.ts'
import { querySyntax } from './query-syntax.ts'
import { queryTurnedMatcher } from './query-turned-matcher.ts'
import { queryTwice } from './query-twice.ts'
import { queryUnknownLabel } from './query-unknown-label.ts'
import { queryUnknownMetric } from './query-unknown-metric.ts'
import { queryUnknownValue } from './query-unknown-value.ts'

/** The checks of queries, in panels, variables and rules alike. */
export const queryChecks: readonly Check[] = [
  queryAverageOfKinds,
  queryBucketSum,
  queryDeltaOnCounter,
  queryFindsNothing,
  queryHistogramName,
  queryIrate,
  queryLegend,
  queryLegendInstance,
  queryMatcherOperator,
  queryMean,
  queryMissingMatcher,
  queryMixedRanges,
  queryNeverMatches,
  queryNeverTrue,
  queryNoName,
  queryOddAggregation,
  queryQuantileInput,
  queryQuantileLe,
  queryQuantileNumber,
  queryQuantileSum,
  queryRange,
  queryRateOfSum,
  queryRateOnGauge,
  queryRawCounter,
  querySameLegend,
  queryShareUpsideDown,
  queryStrayName,
  querySumOfRatio,
  querySyntax,
  queryTurnedMatcher,
  queryTwice,
  queryUnknownLabel,
  queryUnknownMetric,
  queryUnknownValue,
]

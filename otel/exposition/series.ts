import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics'
import type { LabelStore } from './label-store.ts'

/** The series of one stream, with the labels of each as its format writes them. */
export interface Series {
  readonly metric?: MetricData
  readonly points: readonly DataPoint<unknown>[]
  readonly labels: LabelStore
}

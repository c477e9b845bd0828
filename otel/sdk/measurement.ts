import type { Attributes, Context } from '@opentelemetry/api'

/** What the SDK does not hand on to the aggregator that takes a measurement. */
export interface Measurement {
  /** The context that it names, if it names one. */
  context: Context | undefined
  /** As they were recorded; `undefined` where nobody asks. */
  recorded: Attributes | undefined
  /** As the series has them. */
  kept: Attributes | undefined
  /** It is the zero that a series begins with, which nobody measured. */
  isInitial: boolean
}

/** The measurement under way. Recording is synchronous, so that there is one at most. */
export const measurement: Measurement = {
  context: undefined,
  recorded: undefined,
  kept: undefined,
  isInitial: false,
}

/** Series begin while `record` runs: what it adds leaves no exemplar. */
export function initialising(record: () => void): void {
  measurement.isInitial = true
  try {
    record()
  } finally {
    measurement.isInitial = false
  }
}

/** Tells what is known of a measurement while `record` takes it. */
export function measuring(
  context: Context | undefined,
  recorded: Attributes,
  kept: Attributes | undefined,
  record: () => void,
): void {
  measurement.context = context
  measurement.recorded = recorded
  measurement.kept = kept
  try {
    record()
  } finally {
    measurement.context = measurement.recorded = measurement.kept = undefined
  }
}

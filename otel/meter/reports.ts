import type { Counter, Meter } from '@opentelemetry/api'
import type { AttributesOf, MetricDefinition } from '../catalog/metric.ts'
import { pipelineCallbackErrors, pipelineMeasurementsDropped } from '../catalog/pipeline/metrics.ts'
import { settingsOf } from './meter-settings.ts'

export type DropReason = AttributesOf<typeof pipelineMeasurementsDropped>['reason']
export type CallbackError = AttributesOf<typeof pipelineCallbackErrors>['reason']

/** Counts what goes wrong with the instruments of a meter. */
export interface Reports {
  dropped(reason: DropReason): void
  callbackFailed(metric: string, reason: CallbackError): void
}

/** The counters are made when they are first needed, and are shared by the meters that report to one. */
export function reportsOf(meter: Meter): Reports {
  const target = settingsOf(meter).reportTo
  return {
    dropped: (reason) => countersOf(target).dropped.add(1, { reason }),
    callbackFailed: (metric, reason) => countersOf(target).callbackErrors.add(1, { metric, reason }),
  }
}

interface Counters {
  readonly dropped: Counter<AttributesOf<typeof pipelineMeasurementsDropped>>
  readonly callbackErrors: Counter<AttributesOf<typeof pipelineCallbackErrors>>
}

const counters = new WeakMap<Meter, Counters>()

function countersOf(meter: Meter): Counters {
  let own = counters.get(meter)
  if (own === undefined) {
    own = {
      dropped: plainCounter(meter, pipelineMeasurementsDropped),
      callbackErrors: plainCounter(meter, pipelineCallbackErrors),
    }
    counters.set(meter, own)
  }
  return own
}

/** Not bound, since what is bound reports here. */
function plainCounter(meter: Meter, { name, unit, description }: MetricDefinition): Counter {
  return meter.createCounter(name, { unit, description })
}

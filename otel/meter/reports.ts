import type { Meter } from '@opentelemetry/api'
import type { AttributesOf } from '../catalog/metric.ts'
import { pipelineCallbackErrors, pipelineMeasurementsDropped } from '../catalog/pipeline/metrics.ts'
import { type Adder, bind } from './bind.ts'
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
  readonly dropped: Adder<typeof pipelineMeasurementsDropped>
  readonly callbackErrors: Adder<typeof pipelineCallbackErrors>
}

const counters = new WeakMap<Meter, Counters>()

function countersOf(meter: Meter): Counters {
  let own = counters.get(meter)
  if (own === undefined) {
    own = {
      dropped: bind(meter, pipelineMeasurementsDropped),
      callbackErrors: bind(meter, pipelineCallbackErrors),
    }
    counters.set(meter, own)
  }
  return own
}

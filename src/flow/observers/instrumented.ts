import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import { eventProcessingDuration, eventsInFlight, eventsProcessed } from '../../catalog/observers/metrics.ts'
import type { ListenerOptions } from './listener.ts'

/** Counts the events that the listener has judged. */
export function listenerMetrics(meter: Meter): Required<Pick<ListenerOptions, 'onProcessed'>> {
  const processed = bind(meter, eventsProcessed)
  const duration = bind(meter, eventProcessingDuration)
  return {
    onProcessed: (outcome, durationMs) => {
      processed.add(1, { outcome })
      duration.record(durationMs / 1000)
    },
  }
}

/** Exports how many events are judged right now. */
export function observeListener(meter: Meter, listener: { readonly inFlight: number }): void {
  observe(meter, eventsInFlight, () => listener.inFlight)
}

import type { Meter } from '@opentelemetry/api'
import { bind, observe } from '@tidegauge/otel'
import {
  firehoseConnected,
  firehoseErrors,
  firehoseEvents,
  firehoseLag,
  firehoseLastSeq,
  firehoseOperations,
  firehoseReceived,
  firehoseReconnects,
} from '../../catalog/firehose/metrics.ts'
import type { Firehose } from './firehose.ts'
import type { FirehoseOptions } from './options.ts'

/** Counts what the firehose reports. */
export function firehoseMetrics(
  meter: Meter,
): Required<
  Pick<
    FirehoseOptions,
    'onEvent' | 'onOperation' | 'onReject' | 'onOddRecord' | 'onFailure' | 'onReconnect' | 'onReceive'
  >
> {
  const typed = bind(meter, firehoseEvents)
  const events = handles(firehoseEvents.attributes.type, (type) => typed.bind({ type }))
  const named = bind(meter, firehoseOperations)
  const operations = handles(firehoseOperations.attributes.op, (op) => named.bind({ op }))
  const errors = bind(meter, firehoseErrors)
  const reconnects = bind(meter, firehoseReconnects)
  const received = bind(meter, firehoseReceived)
  return {
    onEvent: (type) => events[type].add(1),
    onOperation: (op) => operations[op].add(1),
    onReject: (error) => errors.add(1, { error }),
    onOddRecord: (error) => errors.add(1, { error }),
    onFailure: (error) => errors.add(1, { error }),
    onReconnect: () => reconnects.add(1),
    onReceive: (sizeBytes) => received.add(sizeBytes),
  }
}

/** Exports the state of the firehose. */
export function observeFirehose(
  meter: Meter,
  firehose: Pick<Firehose, 'connected' | 'lastSeq' | 'lagMs'>,
): void {
  observe(meter, firehoseConnected, () => (firehose.connected ? 1 : 0))
  observe(meter, firehoseLastSeq, () => firehose.lastSeq)
  observe(meter, firehoseLag, () => {
    const { lagMs } = firehose
    return lagMs === undefined ? undefined : lagMs / 1000
  })
}

/** One bound handle for each value, so that each event costs no more than an addition. */
function handles<Value extends string, Handle>(
  values: readonly Value[],
  bindTo: (value: Value) => Handle,
): Readonly<Record<Value, Handle>> {
  return Object.fromEntries(values.map((value) => [value, bindTo(value)])) as Record<Value, Handle>
}

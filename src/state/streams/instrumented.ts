import type { Meter } from '@opentelemetry/api'
import { bind } from '@tidegauge/otel'
import { ingesterStreamEvents } from '../../catalog/ingester/metrics.ts'
import type { Streams } from './streams.ts'

/** Counts the entries that are appended, whoever appends them. */
export function instrumentStreams(streams: Streams, meter: Meter): Streams {
  const written = bind(meter, ingesterStreamEvents)
  return {
    async append(stream, entries, cursor) {
      const last = await streams.append(stream, entries, cursor)
      // The streams are those of the catalog; a batch that only moves the cursor has no entries.
      if (entries.length > 0) written.add(entries.length, { stream: stream as StreamName })
      return last
    },
    cursor: (host) => streams.cursor(host),
    read: (stream, group, limit) => streams.read(stream, group, limit),
    readable: (stream, group, signal) => streams.readable(stream, group, signal),
    acknowledge: (stream, group, id) => streams.acknowledge(stream, group, id),
    acknowledged: (stream, group, id, signal) => streams.acknowledged(stream, group, id, signal),
    drained: (stream, length, signal) => streams.drained(stream, length, signal),
    length: (stream) => streams.length(stream),
    pending: (stream, group) => streams.pending(stream, group),
    [Symbol.asyncDispose]: () => streams[Symbol.asyncDispose](),
  }
}

type StreamName = (typeof ingesterStreamEvents.attributes.stream)[number]

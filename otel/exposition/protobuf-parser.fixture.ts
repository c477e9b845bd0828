import protobuf from 'protobufjs'

// The messages of io.prometheus.client, as Prometheus itself reads them.
const schema = `
syntax = "proto3";
package io.prometheus.client;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message LabelPair { string name = 1; string value = 2; }
message Gauge { double value = 1; }
message Counter { double value = 1; Exemplar exemplar = 2; Timestamp created_timestamp = 3; }
message Histogram {
  uint64 sample_count = 1; double sample_sum = 2; repeated Bucket bucket = 3;
  sint32 schema = 5; double zero_threshold = 6; uint64 zero_count = 7;
  repeated BucketSpan negative_span = 9; repeated sint64 negative_delta = 10;
  repeated BucketSpan positive_span = 12; repeated sint64 positive_delta = 13;
  Timestamp created_timestamp = 15; repeated Exemplar exemplars = 16;
}
message Bucket { uint64 cumulative_count = 1; double upper_bound = 2; Exemplar exemplar = 3; }
message BucketSpan { sint32 offset = 1; uint32 length = 2; }
message Exemplar { repeated LabelPair label = 1; double value = 2; Timestamp timestamp = 3; }
message Metric {
  repeated LabelPair label = 1; Gauge gauge = 2; Counter counter = 3; int64 timestamp_ms = 6; Histogram histogram = 7;
}
message MetricFamily { string name = 1; string help = 2; uint32 type = 3; repeated Metric metric = 4; string unit = 5; }
`

export interface ParsedMessage {
  readonly name: string
  readonly help: string
  readonly type: number
  readonly unit: string
  readonly metric: readonly {
    readonly label: readonly { readonly name: string; readonly value: string }[]
    readonly gauge?: { readonly value: number }
    readonly counter?: {
      readonly value: number
      readonly exemplar?: ParsedExemplar
      readonly createdTimestamp?: Timestamp
    }
    readonly histogram?: ParsedHistogram
    readonly timestampMs?: number
  }[]
}

export interface ParsedHistogram {
  readonly sampleCount: number
  readonly sampleSum: number
  readonly bucket: readonly {
    readonly cumulativeCount: number
    readonly upperBound: number
    readonly exemplar?: ParsedExemplar
  }[]
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly negativeSpan: readonly Span[]
  readonly negativeDelta: readonly number[]
  readonly positiveSpan: readonly Span[]
  readonly positiveDelta: readonly number[]
  readonly createdTimestamp?: Timestamp
  readonly exemplars: readonly ParsedExemplar[]
}

interface Span {
  readonly offset: number
  readonly length: number
}

interface Timestamp {
  readonly seconds: number
  readonly nanos: number
}

interface ParsedExemplar {
  readonly label: readonly { readonly name: string; readonly value: string }[]
  readonly value: number
  readonly timestamp: Timestamp
}

const family = protobuf.parse(schema).root.lookupType('io.prometheus.client.MetricFamily')

/** Reads families, each after its length. Throws when anything is left over. */
export function parseProtobuf(bytes: Uint8Array): ParsedMessage[] {
  const reader = protobuf.Reader.create(bytes)
  const messages: ParsedMessage[] = []
  while (reader.pos < reader.len) {
    const message = family.toObject(family.decodeDelimited(reader), {
      longs: Number,
      defaults: true,
      arrays: true,
    })
    messages.push(message as ParsedMessage)
  }
  return messages
}

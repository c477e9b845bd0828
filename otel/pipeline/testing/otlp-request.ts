import protobuf from 'protobufjs'

// The messages of opentelemetry.proto.collector.metrics.v1 and what they are made of, as backends read them.
const schema = `
syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeMetrics { InstrumentationScope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message InstrumentationScope {
  string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4;
}
message Metric {
  string name = 1; string description = 2; string unit = 3;
  oneof data {
    Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; ExponentialHistogram exponential_histogram = 10;
  }
  repeated KeyValue metadata = 12;
}
message Gauge { repeated NumberDataPoint data_points = 1; }
message Sum { repeated NumberDataPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message ExponentialHistogram {
  repeated ExponentialHistogramDataPoint data_points = 1; int32 aggregation_temporality = 2;
}
message NumberDataPoint {
  repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
  repeated Exemplar exemplars = 5; uint32 flags = 8;
}
message HistogramDataPoint {
  repeated KeyValue attributes = 9; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  fixed64 count = 4; optional double sum = 5; repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7;
  repeated Exemplar exemplars = 8; uint32 flags = 10; optional double min = 11; optional double max = 12;
}
message ExponentialHistogramDataPoint {
  repeated KeyValue attributes = 1; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  fixed64 count = 4; optional double sum = 5; sint32 scale = 6; fixed64 zero_count = 7;
  Buckets positive = 8; Buckets negative = 9; uint32 flags = 10; repeated Exemplar exemplars = 11;
  optional double min = 12; optional double max = 13; double zero_threshold = 14;
  message Buckets { sint32 offset = 1; repeated uint64 bucket_counts = 2; }
}
message Exemplar {
  repeated KeyValue filtered_attributes = 7; fixed64 time_unix_nano = 2;
  oneof value { double as_double = 3; sfixed64 as_int = 6; }
  bytes span_id = 4; bytes trace_id = 5;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
`

const Request = protobuf.parse(schema).root.lookupType('ExportMetricsServiceRequest')

/** A metric as a backend has it, whatever protocol brought it. */
export interface OtlpMetric {
  readonly name: string
  readonly points: readonly OtlpPoint[]
}

export interface OtlpPoint {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
  /** When the series began, and when it was collected. */
  readonly startMs: number
  readonly timeMs: number
  readonly exemplars: readonly OtlpExemplar[]
}

export interface OtlpExemplar {
  readonly value: number
  readonly isInt: boolean
  readonly timeMs: number
  readonly traceId: string
  readonly spanId: string
  readonly filteredAttributes: Readonly<Record<string, unknown>>
}

/** Reads the metrics of a request in OTLP, in protocol buffers or in JSON. */
export function readRequest(body: Buffer, encoding: 'protobuf' | 'json'): OtlpMetric[] {
  const request = encoding === 'json' ? JSON.parse(`${body}`) : fromProtobuf(body)
  return (request as ParsedRequest).resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .map(({ name, ...data }) => {
      const { dataPoints } = data.sum ?? data.gauge ?? data.histogram ?? data.exponentialHistogram ?? {}
      return { name, points: (dataPoints ?? []).map(pointOf) }
    })
}

function fromProtobuf(body: Buffer): object {
  // Bytes become the text of hexadecimal digits that they are in JSON.
  return Request.toObject(Request.decode(body), { longs: String, bytes: Array })
}

interface ParsedRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly ParsedMetric[] }[]
  }[]
}

interface ParsedMetric {
  readonly name: string
  readonly sum?: ParsedPoints
  readonly gauge?: ParsedPoints
  readonly histogram?: ParsedPoints
  readonly exponentialHistogram?: ParsedPoints
}

interface ParsedPoints {
  readonly dataPoints?: readonly ParsedPoint[]
}

interface ParsedNumber {
  readonly asDouble?: number | string
  readonly asInt?: number | string
}

interface ParsedPoint extends ParsedNumber {
  readonly attributes?: readonly KeyValue[]
  readonly count?: number | string
  readonly startTimeUnixNano: number | string
  readonly timeUnixNano: number | string
  readonly exemplars?: readonly ParsedExemplar[]
}

interface ParsedExemplar extends ParsedNumber {
  readonly timeUnixNano: string
  readonly traceId?: string | readonly number[]
  readonly spanId?: string | readonly number[]
  readonly filteredAttributes?: readonly KeyValue[]
}

interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: number | string
  readonly doubleValue?: number | string
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
}

function pointOf({ attributes = [], exemplars = [], ...value }: ParsedPoint): OtlpPoint {
  return {
    attributes: attributesOf(attributes),
    value: Number(value.asDouble ?? value.asInt ?? value.count),
    startMs: Number(value.startTimeUnixNano) / 1e6,
    timeMs: Number(value.timeUnixNano) / 1e6,
    exemplars: exemplars.map((exemplar) => ({
      value: Number(exemplar.asDouble ?? exemplar.asInt),
      isInt: exemplar.asInt !== undefined,
      timeMs: Number(exemplar.timeUnixNano) / 1e6,
      traceId: hex(exemplar.traceId),
      spanId: hex(exemplar.spanId),
      filteredAttributes: attributesOf(exemplar.filteredAttributes ?? []),
    })),
  }
}

function hex(id: string | readonly number[] = ''): string {
  return typeof id === 'string' ? id : Buffer.from(id).toString('hex')
}

function attributesOf(pairs: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value)]))
}

function plainValue({ stringValue, boolValue, intValue, doubleValue, arrayValue }: AnyValue): unknown {
  if (arrayValue !== undefined) return arrayValue.values.map(plainValue)
  if (intValue !== undefined) return Number(intValue)
  return stringValue ?? boolValue ?? (doubleValue === undefined ? undefined : Number(doubleValue))
}

#!/usr/bin/env bash
# Behaviour: the OTLP serializers of OpenTelemetry JS write no exemplars, although OTLP has a field for them on every data
# point and the exporters hand data points through unseen. A data point that carries `exemplars` (as a reader or a producer
# of one's own may make them; the SDK itself samples none) arrives without them, in JSON and in protobuf alike, and without
# a word: a trace that a backend should lead to is lost between the reader and the wire.
# Seen with: @opentelemetry/otlp-transformer 0.301.0, @opentelemetry/sdk-metrics 3.1.0, Node 24.
# What to do: add them to what the serializer has written, before it is sent.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.0 \
  @opentelemetry/otlp-transformer@0.301.0 >/dev/null
cat >try.mjs <<'JS'
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader()
new MeterProvider({ readers: [reader] }).getMeter('try').createHistogram('took', { unit: 's' }).record(0.25)
const { resourceMetrics } = await reader.collect()
const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const [point] = resourceMetrics.scopeMetrics[0].metrics[0].dataPoints
point.exemplars = [{ timestamp: [1700000000, 0], value: 0.25, traceId, spanId, filteredAttributes: {} }]

const json = new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(resourceMetrics))
const protobuf = Buffer.from(ProtobufMetricsSerializer.serializeRequest(resourceMetrics))
const [written] = JSON.parse(json).resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints
console.log(
  JSON.stringify({
    count: written.count,
    json: json.includes(traceId) || 'exemplars' in written,
    protobuf: protobuf.includes(Buffer.from(traceId, 'hex')),
  }),
)
JS
seen=$(node try.mjs)
expected='{"count":1,"json":false,"protobuf":false}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }

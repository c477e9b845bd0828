#!/usr/bin/env bash
# Behaviour: when the system's clock is set back by an hour, the gauges of OpenTelemetry JS stand still for that hour, while
# counters go on: last-value aggregation keeps whichever value has the later wall-clock time, although values are merged in
# the order in which they were recorded. Observable gauges freeze under delta temporality as well. And every point of every
# kind is exported with a start an hour after its own time, which OTLP does not allow.
# Seen with: @opentelemetry/sdk-metrics 3.1.0, Node 24.
# What to do: merge by the order of recording, and bound the start by the time of the collection.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.0 >/dev/null
cat >try.mjs <<'JS'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const real = Date.now
let aheadMs = 0
Date.now = () => real() + aheadMs
const seen = {}
for (const [name, temporality] of Object.entries({ cumulative: 1, delta: 0 })) {
  aheadMs = 0
  const reader = new Reader({ aggregationTemporalitySelector: () => temporality })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('try')
  const gauge = meter.createGauge('gauge')
  const counter = meter.createCounter('counter')
  let value = 0
  meter.createObservableGauge('observed').addCallback((result) => result.observe(value))
  let points
  for (const stepMs of [0, -3_600_000]) {
    aheadMs += stepMs
    value += 1
    gauge.record(value)
    counter.add(1)
    const { resourceMetrics } = await reader.collect()
    points = resourceMetrics.scopeMetrics[0].metrics.map(({ descriptor, dataPoints: [point] }) => [
      descriptor.name,
      point.value,
      Math.round((point.startTime[0] - point.endTime[0]) / 600) / 6,
    ])
  }
  seen[name] = points.map(([metric, last, hours]) => `${metric} ${last} starts ${hours} h after its time`)
}
console.log(JSON.stringify(seen))
JS
seen=$(node try.mjs)
expected='{"cumulative":["gauge 1 starts 1 h after its time","counter 2 starts 1 h after its time","observed 1 starts 1 h after its time"],"delta":["gauge 2 starts 1 h after its time","counter 1 starts 1 h after its time","observed 1 starts 1 h after its time"]}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }

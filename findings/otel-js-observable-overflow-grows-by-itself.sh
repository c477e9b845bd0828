#!/usr/bin/env bash
# Behaviour: an observable counter of OpenTelemetry JS with more series than its cardinality limit counts what nobody did.
# Values beyond the limit are compared one after another with a single remembered value of the overflow series, as if they
# were readings of one counter: each that is smaller than the one before counts as a reset, and the reset is forgotten when
# it is merged. Six constant readings of which four are beyond the limit make an overflow series that grows by 60 at every
# collection, for ever. Of an observable up-down counter the overflow shows the last reading, not the sum.
# Seen with: @opentelemetry/sdk-metrics 3.1.0, Node 24.
# What to do: add up what is beyond the limit before it is handed to the storage, or keep observables below the limit.
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
const seen = {}
for (const kind of ['Counter', 'UpDownCounter']) {
  const reader = new Reader({ cardinalitySelector: () => 3 })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('try')
  meter[`createObservable${kind}`]('jobs').addCallback((result) => {
    for (let queue = 1; queue <= 6; queue++) result.observe(queue * 10, { queue })
  })
  seen[kind] = []
  for (let i = 0; i < 3; i++) {
    const { resourceMetrics } = await reader.collect()
    const { dataPoints } = resourceMetrics.scopeMetrics[0].metrics[0]
    seen[kind].push(dataPoints.find(({ attributes }) => attributes['otel.metric.overflow']).value)
  }
}
// The readings beyond the limit are 30, 40, 50 and 60: 180 in all, at each collection.
console.log(JSON.stringify(seen))
JS
seen=$(node try.mjs)
expected='{"Counter":[60,120,180],"UpDownCounter":[60,60,60]}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }

#!/usr/bin/env bash
# Behaviour: in the instrument name of a view only the first `*` is a wildcard; every further one is a star as such, and
# `?` is a question mark. A view that is to drop `*.server.*` therefore drops nothing, and nothing says so: the series are
# exported, stored and paid for as before. The specification describes `*` and `?` as wildcards wherever they stand.
# Seen with: @opentelemetry/sdk-metrics 3.1.1, @opentelemetry/api 1.10.0, Node 24.
# What to do: one view per instrument, or patterns with one star; look at what is exported before you believe a view.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.1 >/dev/null
cat >try.mjs <<'JS'
import { AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

class Reader extends MetricReader {
  async onShutdown() {}
  async onForceFlush() {}
}

/** How many of three instruments a view with this pattern drops. */
async function dropped(instrumentName) {
  const reader = new Reader()
  const views = [{ instrumentName, aggregation: { type: AggregationType.DROP } }]
  const meter = new MeterProvider({ readers: [reader], views }).getMeter('try')
  const names = ['http.server.time', 'http.client.time', 'rpc.server.time']
  for (const name of names) meter.createCounter(name).add(1)
  const { resourceMetrics } = await reader.collect()
  return names.length - resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics).length
}

const patterns = ['*', 'http.*', 'http.*.time', '*.server.*', 'http.server.tim?']
console.log(JSON.stringify(Object.fromEntries(await Promise.all(patterns.map(async (p) => [p, await dropped(p)])))))
JS
seen=$(node try.mjs)
expected='{"*":3,"http.*":2,"http.*.time":2,"*.server.*":0,"http.server.tim?":0}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }

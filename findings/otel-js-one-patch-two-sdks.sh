#!/usr/bin/env bash
# Behaviour: npm puts two copies of the OpenTelemetry metrics SDK into a project that asks for its newest patch beside the
# newest exporters, since these pin theirs to the patch before. The stock Prometheus exporter then collects as ever, but
# it is not an instance of the MetricReader that the application imports: whatever asks with `instanceof` (a plugin, a
# test, a wrapper that tells readers from exporters) takes it for something else, and nothing warns.
# Seen with: @opentelemetry/sdk-metrics 3.1.1, @opentelemetry/exporter-prometheus 0.301.0, npm 11, Node 24.
# What to do: take the SDK that the exporters pin, or a reader that has the SDK as a peer.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.1 \
  @opentelemetry/exporter-prometheus@0.301.0 >/dev/null
cat >try.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

const exporter = new PrometheusExporter({ preventServerStart: true })
new MeterProvider({ readers: [exporter] }).getMeter('try').createCounter('jobs').add(2)
const { resourceMetrics, errors } = await exporter.collect()
const version = (path) => JSON.parse(readFileSync(`node_modules/${path}/package.json`, 'utf8')).version
console.log(
  JSON.stringify({
    application: version('@opentelemetry/sdk-metrics'),
    exporter: version('@opentelemetry/exporter-prometheus/node_modules/@opentelemetry/sdk-metrics'),
    value: resourceMetrics.scopeMetrics[0].metrics[0].dataPoints[0].value,
    errors: errors.length,
    isMetricReader: exporter instanceof MetricReader,
  }),
)
JS
seen=$(node try.mjs)
expected='{"application":"3.1.1","exporter":"3.1.0","value":2,"errors":0,"isMetricReader":false}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }

/** Files of the kinds of which the project keeps none: each says something that its command makes use of. */

export const catalog = `components:
  - name: shop
    title: Shop
    description: The shop.
    metrics:
      - { name: shop.queue, instrument: gauge, unit: "{order}", description: Orders that wait., thresholds: { warning: 10, critical: 100 } }
      - name: shop.requests
        instrument: counter
        unit: "{request}"
        description: Requests by outcome.
        attributes: { outcome: [ok, failed], client: { limit: 20 } }
      - { name: shop.duration, instrument: histogram, unit: s, description: Duration of requests., buckets: [0.1, 1, 10] }
      - name: shop.state
        instrument: gauge
        description: Whether it is open.
        meanings: [{ value: 0, text: Closed, severity: warning }, { value: 1, text: Open, severity: ok }]
    recordings:
      - { record: "instance:shop_queue:max5m", query: "max by (job, instance) (max_over_time(shop_queue[5m]))", unit: "{order}", description: Longest queue. }
    panels:
      - panel: Requests
        description: Requests per second.
        kind: timeseries
        unit: reqps
        targets: [{ query: "sum by (outcome) (rate(shop_requests_total[5m]))", legend: "{{outcome}}" }]
    alerts:
      - alert: ShopQueueLong
        query: "shop_queue > \${critical(shop_queue)}"
        for: 5m
        severity: warning
        summary: Orders wait.
        description: "{{ $value }} orders wait at {{ $labels.instance }}."
        runbook: Look whether the workers run.
        tests:
          fires: { series: [{ query: "shop_queue", values: "200x20" }], at: 10m }
          quiet: { series: [{ query: "shop_queue", values: "1x20" }], at: 10m }
`

export const catalogOfMetrics = `metrics:
  - { name: app.level, instrument: gauge, unit: "1", description: The level., formerly: [app.height] }
  - { name: app.errors, instrument: counter, unit: "{error}", description: Errors., attributes: { type: [network, usage] } }
`

export const generateSettings = `thresholds: { shop_queue: { critical: 500 } }
alerts:
  ShopQueueLong: { for: 10m, severity: critical, labels: { team: orders } }
runbooks: https://wiki.example.org/runbooks
jobs: [shop]
`

export const thresholds = `thresholds:
  app_level: { warning: 100, critical: 500, bad: above }
  shop_queue: { warning: 10 }
`

export const auditSettings = `limits: { series-warning: 100, series-error: 10000, label-values: 50 }
fail-on: warning
except:
  - { check: "metric-*", subject: "app_*", reason: known }
  - { check: "*", file: "src/**/*.ts", reason: not ours }
`

export const baseline = `{
  "version": 1,
  "findings": [
    { "check": "metric-absent", "file": "scrape.txt", "subject": "app_level", "count": 2 },
    { "check": "dashboard-title", "file": "dashboard.json", "subject": "T" }
  ]
}
`

/** What a Prometheus answers, by the path. */
export const answers = JSON.stringify({
  query: {
    resultType: 'vector',
    result: [
      { metric: { __name__: 'app_level', instance: 'a:1', job: 'app' }, value: [1700000000, '1.5'] },
      { metric: { __name__: 'app_level', instance: 'b:1', job: 'app' }, value: [1700000000, 'NaN'] },
    ],
  },
  query_range: {
    resultType: 'matrix',
    result: [
      {
        metric: { instance: 'a:1', job: 'app', le: '0.5' },
        values: [
          [1700000000, '1'],
          [1700000060, '2'],
          [1700000120, '+Inf'],
        ],
      },
      { metric: { instance: 'b:1', job: 'app', le: '+Inf' }, values: [[1700000060, '4']] },
    ],
  },
  series: [
    { __name__: 'app_level', instance: 'a:1', job: 'app' },
    { __name__: 'shop_requests_total', instance: 'a:1', job: 'shop', outcome: 'ok' },
  ],
  label: ['a:1', 'b:1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'],
  metadata: { app_level: [{ type: 'gauge', help: 'The level.', unit: '' }] },
  status: { yaml: 'global:\n  scrape_interval: 15s\n  scrape_timeout: 10s\n' },
})

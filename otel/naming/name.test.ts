import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type NamedMetric, prometheusLabelName, prometheusName, type TranslationStrategy } from './name.ts'

const instruments = { c: 'counter', u: 'upDownCounter', g: 'gauge', h: 'histogram' } as const

const standard: [name: string, unit: string, kind: keyof typeof instruments, expected: string][] = [
  ['sync.duration', 's', 'h', 'sync_duration_seconds'],
  ['firehose.events', '{event}', 'c', 'firehose_events_total'],
  ['sync.repo_size', 'By', 'h', 'sync_repo_size_bytes'],
  ['backfiller.repos_waiting', '{repo}', 'g', 'backfiller_repos_waiting'],
  ['peer.sync_state_duration', 's', 'c', 'peer_sync_state_duration_seconds_total'],
  ['cache.hit_rate', '{percent}', 'g', 'cache_hit_rate'],
  ['firehose.received', 'By', 'c', 'firehose_received_bytes_total'],
  ['events.total', '', 'c', 'events_total'],
  ['total.events', '', 'c', 'events_total'],
  ['cpu.utilization', '1', 'g', 'cpu_utilization_ratio'],
  ['cpu.ratio', '1', 'g', 'cpu_ratio'],
  ['things', '1', 'c', 'things_total'],
  ['things', '1', 'u', 'things'],
  ['network.io', 'By/s', 'g', 'network_io_bytes_per_second'],
  ['network.rate', '{packet}/s', 'g', 'network_rate_per_second'],
  ['disk.bytes.free', 'By', 'g', 'disk_bytes_free'],
  ['latency_seconds', 's', 'h', 'latency_seconds'],
  ['temperature', 'Cel', 'g', 'temperature_celsius'],
  ['busy', '%', 'g', 'busy_percent'],
  ['odd', 'furlong{x}', 'g', 'odd'],
  ['odd', 'foo-bar', 'g', 'odd_foo_bar'],
  ['a..b--c', '', 'g', 'a_b_c'],
  ['3d.things', '', 'g', '_3d_things'],
  ['rule:name', '', 'g', 'rule:name'],
  ['日本', '', 'g', ''],
  ['', '', 'g', ''],
]

describe('prometheusName', () => {
  for (const [name, unit, kind, expected] of standard) {
    it(`turns ${kind} "${name}" in "${unit}" into "${expected}"`, () => {
      assert.equal(prometheusName({ name, unit, instrument: instruments[kind] }), expected)
    })
  }

  const counter: NamedMetric = { name: 'http.büro-time', unit: 's', instrument: 'counter' }
  const strategies: [TranslationStrategy, NamedMetric, string][] = [
    ['UnderscoreEscapingWithSuffixes', counter, 'http_b_ro_time_seconds_total'],
    ['UnderscoreEscapingWithoutSuffixes', counter, 'http_b_ro_time'],
    ['NoUTF8EscapingWithSuffixes', counter, 'http.büro-time_seconds_total'],
    ['NoTranslation', counter, 'http.büro-time'],
    ['NoUTF8EscapingWithSuffixes', { ...counter, name: 'a.seconds' }, 'a.seconds_total'],
    ['NoUTF8EscapingWithSuffixes', { ...counter, name: 'a.total' }, 'a_seconds_total'],
    ['NoUTF8EscapingWithSuffixes', { ...counter, name: 'a.seconds.total' }, 'a.seconds_total'],
    ['NoUTF8EscapingWithSuffixes', { name: 'total', unit: '', instrument: 'counter' }, 'total_total'],
    ['NoUTF8EscapingWithSuffixes', { name: 'load', unit: '1', instrument: 'gauge' }, 'load_ratio'],
    ['NoUTF8EscapingWithSuffixes', { name: 'io', unit: 'By/s', instrument: 'gauge' }, 'io_bytes_per_second'],
  ]
  for (const [strategy, metric, expected] of strategies) {
    it(`writes "${metric.name}" as "${expected}" under ${strategy}`, () => {
      assert.equal(prometheusName(metric, strategy), expected)
    })
  }

  it('takes the name of the stream where a view renames one', () => {
    const metric = { name: 'http.server.request.duration', unit: 's', instrument: 'histogram' } as const
    assert.equal(
      prometheusName({ ...metric, stream: { name: 'http.request_duration' } }),
      'http_request_duration_seconds',
    )
  })
})

describe('prometheusLabelName', () => {
  const cases = [
    ['http.method', 'http_method'],
    ['a__b', 'a_b'],
    ['1st', 'key_1st'],
    ['__name__', '_name_'],
    ['日本', '_'],
  ] as const
  for (const [key, expected] of cases) {
    it(`turns "${key}" into "${expected}"`, () => {
      assert.equal(prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'), expected)
      assert.equal(prometheusLabelName(key, 'NoTranslation'), key)
    })
  }
})

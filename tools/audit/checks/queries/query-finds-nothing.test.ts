import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Prometheus } from '../../../server/server.ts'
import { queryFindsNothing } from './query-finds-nothing.ts'
import { inputsOf } from './query-inputs.fixture.ts'

/** Answers from a list of series, some of which ended days ago. */
function prometheusWith(
  series: readonly { readonly labels: Readonly<Record<string, string>>; readonly isGone?: boolean }[],
) {
  const asked: string[] = []
  const find = (selector: string, isNow: boolean) => {
    asked.push(selector)
    const [, name, inside = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(selector) ?? []
    const wanted = [...inside.matchAll(/(\w+)="([^"]*)"/g)]
    return series
      .filter(({ labels, isGone }) => labels.__name__ === name && !(isNow && isGone === true))
      .filter(({ labels }) => wanted.every(([, label = '', value]) => labels[label] === value))
      .map(({ labels }) => new Map(Object.entries(labels)))
  }
  const prometheus: Prometheus = {
    url: 'http://prometheus',
    scrapeIntervalMs: 15_000,
    query: async (expr) => {
      const value = find(expr.replace(/^count\((.*)\)$/, '$1'), true).length
      return value === 0 ? [] : [{ labels: new Map(), value }]
    },
    queryRange: async () => [],
    metadata: async () => new Map(),
    series: async (selector) => find(selector, false),
  }
  return { prometheus, asked }
}

const rules = [
  'sum(rate(events_total{type="commit"}[5m]))',
  'sum(rate(events_total{type="sync"}[5m]))',
  'max(queue_depth{job="b"})',
  'max(queue_depth{shard="1"})',
  'max(unheard_of)',
  'max(lag_seconds{job="a"})',
  'max(lag_seconds)',
  'absent(unheard_of)',
  'max(connected{job="a", instance="2"})',
]

it('tells why Prometheus finds nothing, and asks each thing once', async () => {
  const { prometheus, asked } = prometheusWith([
    { labels: { __name__: 'events_total', type: 'commit' } },
    { labels: { __name__: 'queue_depth', job: 'a' } },
    { labels: { __name__: 'lag_seconds', job: 'a' }, isGone: true },
    { labels: { __name__: 'connected', job: 'a', instance: '1' } },
    { labels: { __name__: 'connected', job: 'b', instance: '2' } },
  ])
  const text = rules.map((expr, at) => `- record: a:b:c${at}\n  expr: '${expr}'`).join('\n')
  const inputs = {
    ...inputsOf({ rules: `${text}\n- record: a:b:d\n  expr: max(queue_depth{job="b"})` }),
    prometheus,
  }
  const findings = [...(await queryFindsNothing.run(inputs))]
  assert.deepEqual(
    findings.map(({ place, level, reason }) => [place.rule, level, reason]),
    [
      ['a:b:c1', 'info', 'No series of events_total in Prometheus has type="sync"; there is commit.'],
      ['a:b:c2', 'info', 'No series of queue_depth in Prometheus has job="b"; there is a.'],
      ['a:b:c3', 'info', 'No series of queue_depth in Prometheus has the label shard.'],
      ['a:b:c4', 'error', 'Prometheus has had no series unheard_of in the last 7 days.'],
      [
        'a:b:c5',
        'warning',
        'Prometheus had data for lag_seconds{job="a"} within the last 7 days and has none now.',
      ],
      ['a:b:c6', 'warning', 'Prometheus had data for lag_seconds within the last 7 days and has none now.'],
      [
        'a:b:c8',
        'info',
        'Prometheus has series for each matcher of connected{job="a",instance="2"}, but none for all of them together.',
      ],
      ['a:b:d', 'info', 'No series of queue_depth in Prometheus has job="b"; there is a.'],
    ],
  )
  assert.equal(asked.filter((each) => each === 'queue_depth{job="b"}').length, 3)
})

it('asks nothing without a Prometheus', async () => {
  assert.deepEqual(await queryFindsNothing.run(inputsOf({ rules: '- record: a:b:c\n  expr: nothing' })), [])
})

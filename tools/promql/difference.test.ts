import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalText } from './canonical.ts'
import { differences } from './difference.ts'
import { parseQuery } from './parse.ts'

function read(text: string) {
  const { query, problem } = parseQuery(text, { variables: 'grafana' })
  assert.ok(query, problem?.reason)
  return query.expression
}

describe('queries that mean the same', () => {
  const same = [
    ['sum by(a,b)(rate(x[5m]))', 'sum  (rate(x[300s])) by (b, a)'],
    ['x{a="1",b="2"} > 1000', '(x{ b = "2", a = \'1\', }) > (1e3)'],
    ['sum by () (x)', 'sum(x)'],
    ['a / on(x, y) group_left(v, u) b', '(a) / on(y,x) group_left(u,v) (b)'],
    ['max_over_time(x[1h:1m])', 'max_over_time(x[60m:60s])'],
    ['x offset 1d', 'x offset 24h'],
    ['SUM(x) AND y', 'sum(x) and y'],
    ['{__name__="x", a="1"}', 'x{a="1"}'],
    ['rate(x[$__rate_interval])', 'rate( x [ $__rate_interval ] )'],
    ['a + b * c', 'a + (b * c)'],
  ] as const
  for (const [one, other] of same)
    it(`are written in one way: ${one}`, () => {
      assert.equal(canonicalText(read(one)), canonicalText(read(other)))
      assert.deepEqual(differences(read(one), read(other)), [])
    })
})

describe('queries that do not mean the same', () => {
  const different = [
    ['a + b * c', '(a + b) * c', ['a + (b * c) | (a + b) * c']],
    ['rate(x[5m])', 'rate(x[1m])', ['x[5m] | x[1m]']],
    ['rate(x[$a])', 'rate(x[$b])', ['x[$a] | x[$b]']],
    ['x{a="1"}', 'x{a!="1"}', ['x{a="1"} | x{a!="1"}']],
    ['sum by (a) (x)', 'sum without (a) (x)', ['sum by (a) (…) | sum without (a) (…)']],
    [
      'histogram_quantile(0.9, x)',
      'histogram_quantile(0.99, x)',
      ['histogram_quantile(0.9, …) | histogram_quantile(0.99, …)'],
    ],
    [
      'label_replace(x, "a", "$1", "b", "(.*)")',
      'label_replace(x, "a", "$1", "c", "(.*)")',
      ['label_replace(…, "a", "$1", "b", "(.*)") | label_replace(…, "a", "$1", "c", "(.*)")'],
    ],
    ['x * 100', 'x * 10', ['… * 100 | … * 10']],
    ['x > 1', 'x > 2', ['> 1 | > 2']],
    ['x > -1', 'x >= -1', ['> -1 | >= -1']],
    ['x > bool 1', 'x > 1', ['> bool 1 | > 1']],
    ['y > 1', 'x > 2', ['y | x', '> 1 | > 2']],
    ['a / on(x) b', 'a / ignoring(x) b', ['… / on (x) … | … / ignoring (x) …']],
    ['x offset 1d', 'x', ['x offset 1d | x']],
    ['max_over_time(x[1h:1m])', 'max_over_time(x[1h:5m])', ['(…)[1h:1m] | (…)[1h:5m]']],
    ['-x', '+x', ['-… | +…']],
    ['sum(rate(x[5m]))', 'x', ['sum(rate(x[5m])) | x']],
  ] as const
  for (const [one, other, says] of different)
    it(`are told apart by what differs: ${one}, ${other}`, () => {
      const found = differences(read(one), read(other))
      assert.deepEqual(
        found.map(({ here, there }) => `${here} | ${there}`),
        says,
      )
    })

  it('say where the difference is', () => {
    const text = 'sum(rate(x[5m])) / y'
    const [first] = differences(read(text), read('sum(rate(x[5m])) / z'))
    assert.equal(text.slice(first?.at), 'y')
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withMatchers } from './matchers.ts'

const cases = [
  { query: 'up', expected: 'up{j="$j"}' },
  { query: 'up{}', expected: 'up{j="$j"}' },
  { query: 'up{a="b"}', expected: 'up{j="$j", a="b"}' },
  { query: '{__name__="up"}', expected: '{j="$j", __name__="up"}' },
  {
    query: 'sum by (le) (rate(a_bucket[$__rate_interval]))',
    expected: 'sum by (le) (rate(a_bucket{j="$j"}[$__rate_interval]))',
  },
  {
    query: 'increase(a[$__range]) / on (b) c',
    expected: 'increase(a{j="$j"}[$__range]) / on (b) c{j="$j"}',
  },
  {
    query: 'rate(a{x=~"5..", y="}"}[5m] offset 1m)',
    expected: 'rate(a{j="$j", x=~"5..", y="}"}[5m] offset 1m)',
  },
  { query: 'vector(0) or 3', expected: 'vector(0) or 3' },
  { query: 'job:a:rate5m > 2', expected: 'job:a:rate5m{j="$j"} > 2' },
]

describe('adding matchers to a query', () => {
  for (const { query, expected } of cases)
    it(`makes of ${query} what it should`, () => assert.equal(withMatchers(query, 'j="$j"'), expected))

  for (const query of ['sum(', 'rate(a[)', 'a b', 'sum by le (a)'])
    it(`refuses ${query}`, () =>
      assert.throws(() => withMatchers(query, 'j="$j"'), /is not PromQL from character \d+/))
})

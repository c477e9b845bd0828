import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FilledVariable, fillQuery, fillText } from './interpolate.ts'

const variable = (
  name: string,
  values: readonly string[],
  more: Partial<FilledVariable> = {},
): [string, FilledVariable] => [
  name,
  { name, values, text: values.join(' + '), isMulti: false, isPattern: false, ...more },
]
const braced = (inside: string) => `\${${inside}}`
const variables = new Map([
  variable('job', ['api']),
  variable('hosts', ['a.b', 'c(d)'], { isMulti: true }),
  variable('one', ['a.b'], { isMulti: true }),
  variable('all', ['.+'], { isMulti: true, isPattern: true, text: 'All' }),
  variable('quote', ["it's \\"]),
])

describe('fillQuery', () => {
  const cases = [
    ['up{job="$job"}', 'up{job="api"}'],
    [`up{job="${braced('job')}"}`, 'up{job="api"}'],
    ['up{job="[[job]]"}', 'up{job="api"}'],
    ['up{host=~"$hosts"}', 'up{host=~"(a\\\\.b|c\\\\(d\\\\))"}'],
    ['up{host=~"$one"}', 'up{host=~"a\\\\.b"}'],
    ['up{host=~"$all"}', 'up{host=~".+"}'],
    [`up{host=~"${braced('hosts:pipe')}"}`, 'up{host=~"a.b|c(d)"}'],
    [`${braced('hosts:csv')}`, 'a.b,c(d)'],
    [`${braced('hosts:regex')}`, '(a\\.b|c\\(d\\))'],
    [`${braced('hosts:json')}`, '["a.b","c(d)"]'],
    [`${braced('job:raw')}`, 'api'],
    ['up{x="$quote"}', 'up{x="it\\\\\'s \\\\\\\\"}'],
    ['label_replace(up, "a", "$1", "b", "(.*)")', 'label_replace(up, "a", "$1", "b", "(.*)")'],
    ['up{job="$unknown"}', 'up{job="$unknown"}'],
    ['$jobs $job_ $job', '$jobs $job_ api'],
  ] as const
  for (const [query, expected] of cases)
    it(`fills ${query}`, () => assert.equal(fillQuery(query, variables), expected))
})

it('fills titles for people', () => {
  assert.equal(fillText(`$job on $all, ${braced('hosts')}`, variables), 'api on All, a.b + c(d)')
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { baselineText, compareToBaseline } from './baseline.ts'
import type { Finding } from './finding.ts'

const finding = (subject: string, line = 1): Finding => ({
  check: 'metric-help',
  level: 'warning',
  place: { file: 'scrape.txt', line },
  subject,
  reason: 'It has no help.',
  mend: 'Write one.',
})

describe('baseline', () => {
  it('knows findings again at other lines, tells new ones and those that are gone', () => {
    const baseline = JSON.parse(baselineText([finding('a', 3), finding('b')]))
    const { fresh, known, gone } = compareToBaseline([finding('a', 8), finding('c')], baseline)
    assert.deepEqual([fresh, known], [[finding('c')], [finding('a', 8)]])
    assert.deepEqual(gone, [{ check: 'metric-help', file: 'scrape.txt', subject: 'b' }])
  })

  it('counts findings that are alike: one more is new', () => {
    const baseline = JSON.parse(baselineText([finding('a', 1), finding('a', 2)]))
    const { fresh, known, gone } = compareToBaseline(
      [1, 2, 3].map((line) => finding('a', line)),
      baseline,
    )
    assert.deepEqual([fresh.length, known.length, gone.length], [1, 2, 0])
  })
})

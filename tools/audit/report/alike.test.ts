import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Finding } from '../finding.ts'
import { alike } from './alike.ts'

const finding = (subject: string, more: Partial<Finding> = {}): Finding => ({
  check: 'metric-no-panel',
  level: 'warning',
  place: { file: 'a.ts', line: 1 },
  subject,
  reason: `${subject} is on no panel.`,
  mend: `Add it with "update FILE --metrics ${subject}".`,
  ...more,
})

describe('findings that are alike', () => {
  it('are one from three on, without the names', () => {
    const groups = alike(['a_total', 'b_total', 'c_total'].map((name) => finding(name)))
    assert.deepEqual(
      groups.map(({ findings, reason, mend }) => [findings.length, reason, mend]),
      [[3, 'each is on no panel.', 'Add it with "update FILE".']],
    )
  })

  const apart = [
    { what: 'two', findings: [finding('a'), finding('b')] },
    {
      what: 'those of other files',
      findings: ['a', 'b', 'c'].map((name) => finding(name, { place: { file: name } })),
    },
    {
      what: 'those of other levels',
      findings: [finding('a'), finding('b'), finding('c', { level: 'error' })],
    },
    {
      what: 'those that say something else',
      findings: [finding('a'), finding('b'), finding('c', { mend: 'Leave c.' })],
    },
  ]
  for (const { what, findings } of apart) {
    it(`stay apart: ${what}`, () => {
      assert.deepEqual(
        alike(findings).map((group) => group.findings),
        findings.map((one) => [one]),
      )
    })
  }

  it('take no part of a longer name for the name', () => {
    const [group] = alike(
      ['a', 'b', 'c'].map((name) => finding(name, { reason: `${name} and a_total differ.` })),
    )
    assert.equal(group?.reason, 'each and a_total differ.')
  })

  it('keep their order by the first of them', () => {
    const single = finding('x', { check: 'other', reason: 'x', mend: 'y' })
    const groups = alike([finding('a'), single, finding('b'), finding('c')])
    assert.deepEqual(
      groups.map(({ findings }) => findings.length),
      [3, 1],
    )
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLog, type LogLevel, logLevels } from './log.ts'

const now = () => new Date('2026-01-02T03:04:05.678Z')

describe('log', () => {
  const cases = [
    { details: {}, expected: 'connected' },
    {
      details: { relay: 'wss://relay.example', seq: 7, first: true },
      expected: 'connected relay=wss://relay.example seq=7 first=true',
    },
    { details: { gone: undefined }, expected: 'connected' },
    { details: { text: 'two words' }, expected: 'connected text="two words"' },
    { details: { text: 'a=b' }, expected: 'connected text="a=b"' },
    { details: { text: '' }, expected: 'connected text=""' },
    { details: { text: 'x\n2026 error forged' }, expected: 'connected text="x\\n2026 error forged"' },
    { details: { text: 'x\u001b[31m' }, expected: 'connected text="x\\u001b[31m"' },
  ]
  for (const { details, expected } of cases) {
    it(`writes ${JSON.stringify(details)} on one line`, () => {
      const lines: string[] = []
      createLog({ write: (line) => lines.push(line), now }).info('connected', details)
      assert.deepEqual(lines, [`2026-01-02T03:04:05.678Z info  ${expected}\n`])
    })
  }

  for (const level of logLevels) {
    it(`writes ${level} and what is worse`, () => {
      const written: LogLevel[] = []
      const log = createLog({ level, write: (line) => written.push(line.split(' ')[1] as LogLevel) })
      for (const each of logLevels) log[each]('said')
      assert.deepEqual(written, logLevels.slice(logLevels.indexOf(level)))
    })
  }
})

import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { headersOf } from './headers.ts'

describe('headersOf', () => {
  const dir = join(tmpdir(), `tidegauge-headers-${process.pid}`)
  const file = join(dir, 'headers')
  before(() => {
    mkdirSync(dir)
    writeFileSync(file, 'Authorization: Bearer a:b==\r\n\nX-Scope:one\n')
  })
  after(() => rmSync(dir, { recursive: true }))

  const read = [
    { given: ['A: b', 'C:d'], expected: { A: 'b', C: 'd' } },
    { given: [`@${file}`], expected: { Authorization: 'Bearer a:b==', 'X-Scope': 'one' } },
    { given: ['A:'], expected: { A: '' } },
  ]
  for (const { given, expected } of read)
    it(`reads ${given.join(' and ').replace(dir, '')}`, () => {
      assert.deepEqual(headersOf(given, '--header'), expected)
    })

  const refused = [
    { given: 'nothing', says: /^--header takes 'Name: value'/ },
    { given: 'A b: c', says: /^--header takes 'Name: value'/ },
    {
      given: 'Authorization: Bearer secret…',
      says: /the value of Authorization holds characters that no header takes/,
    },
    { given: 'A: secret\r\nB: c', says: /the value of A holds characters/ },
    { given: '@none', says: /the file none cannot be read; check its path and permissions/ },
    { given: '@.', says: /cannot be read/ },
  ]
  for (const { given, says } of refused)
    it(`refuses ${JSON.stringify(given)}, without repeating a secret`, () => {
      assert.throws(
        () => headersOf([given], '--header'),
        ({ message, type }: Error & { type: string }) => {
          assert.equal(type, 'usage')
          assert.match(message, says)
          return !message.includes('secret')
        },
      )
    })
})

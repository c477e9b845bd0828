import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WireWriter } from '../../exposition/wire.ts'
import { rewritten } from './rewritten.ts'

/** A message with each wire type, and with three messages under two of its fields. */
function message(first = 'a', second = 'b', third = 'c'): Uint8Array {
  return new WireWriter()
    .uint(1, 2 ** 40)
    .string(5, first)
    .double(2, -0.5)
    .string(7, second)
    .raw(Uint8Array.of((3 << 3) | 5, 1, 2, 3, 4))
    .string(2000, 'untouched')
    .string(5, third)
    .take()
}

describe('rewritten', () => {
  it('copies what is not asked for', () => {
    assert.deepEqual(Buffer.from(rewritten(message(), [], () => assert.fail())), message())
  })

  it('puts what is given in place of each message, in their order, whatever its length', () => {
    const long = 'x'.repeat(300)
    const parts: string[] = []
    const result = rewritten(message(), [5, 7], (part, index) => {
      parts.push(`${index} ${Buffer.from(part)}`)
      return Buffer.from(index === 1 ? long : '')
    })
    assert.deepEqual(parts, ['0 a', '1 b', '2 c'])
    assert.deepEqual(Buffer.from(result), message('', long, ''))
  })

  it('refuses what is not in the wire format', () => {
    assert.throws(() => rewritten(Uint8Array.of(6), [], (part) => part), /6 is not a wire type/)
  })
})

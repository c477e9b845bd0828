import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import protobuf from 'protobufjs'
import { WireWriter } from './wire.ts'

const schema = `
syntax = "proto3";
message Everything {
  uint64 count = 1; sint64 delta = 2; double value = 3; string text = 4; bytes raw = 5;
  Everything nested = 6; int64 whole = 7; sfixed64 fixed = 8; repeated sint64 packed = 2000;
}
`
const Everything = protobuf.parse(schema).root.lookupType('Everything')

function read(writer: WireWriter): Record<string, unknown> {
  return Everything.toObject(Everything.decode(writer.view()), { longs: Number })
}

describe('WireWriter', () => {
  for (const count of [0, 1, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1]) {
    it(`writes ${count} and its negative`, () => {
      assert.deepEqual(read(new WireWriter().uint(1, count)), { count })
      const half = Math.floor(count / 2)
      assert.deepEqual(read(new WireWriter().sint(2, half).sint(2, -half || 0)), { delta: -half || 0 })
      for (const whole of [count, -count || 0]) {
        assert.deepEqual(read(new WireWriter(1).int(7, whole)), { whole })
        assert.deepEqual(read(new WireWriter(1).fixed64(8, BigInt(whole))), { fixed: whole })
      }
    })
  }

  for (const value of [0, -0, 0.1, 5e-324, -1.7976931348623157e308, Infinity, NaN]) {
    it(`writes ${Object.is(value, -0) ? '-0' : value} exactly`, () => {
      assert.ok(Object.is(read(new WireWriter().double(3, value)).value, value))
    })
  }

  it('writes texts, bytes and messages of any size', () => {
    const text = 'ü💡'.repeat(5000)
    const writer = new WireWriter(1)
    writer.message(6, (nested) => nested.string(4, text).packedSint(2000, [1, -1, 2 ** 40]))
    assert.deepEqual(read(writer), { nested: { text, packed: [1, -1, 2 ** 40] } })
    assert.deepEqual(read(new WireWriter(1).bytes(5, Buffer.from('raw'))), { raw: Buffer.from('raw') })
  })

  it('begins anew after its content is taken', () => {
    const writer = new WireWriter().uint(1, 1)
    const taken = writer.take()
    writer.uint(1, 2)
    assert.deepEqual(Everything.toObject(Everything.decode(taken), { longs: Number }), { count: 1 })
    assert.deepEqual(read(writer), { count: 2 })
  })
})

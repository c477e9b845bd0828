import { WireWriter } from '../../exposition/wire.ts'

/**
 * Copies a message in the wire format of protocol buffers, with some of the messages in it rewritten.
 *
 * @param fields under which those messages stand.
 * @param rewrite gets one of them and its place among them, and returns what takes its place.
 * @throws {Error} for what is not in the wire format.
 */
export function rewritten(
  message: Uint8Array,
  fields: readonly number[],
  rewrite: (part: Uint8Array, index: number) => Uint8Array,
): Uint8Array {
  const writer = new WireWriter(message.length + 1024)
  let position = 0
  let index = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = message[position++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (position < message.length) {
    const start = position
    const tag = varint()
    const field = Math.floor(tag / 8)
    const wireType = tag % 8
    if (wireType === 0) varint()
    else if (wireType === 1) position += 8
    else if (wireType === 5) position += 4
    else if (wireType === 2) {
      const length = varint()
      position += length
      if (fields.includes(field)) {
        writer.bytes(field, rewrite(message.subarray(position - length, position), index++))
        continue
      }
    } else throw new Error(`${wireType} is not a wire type of protocol buffers`)
    writer.raw(message.subarray(start, position))
  }
  return writer.view()
}

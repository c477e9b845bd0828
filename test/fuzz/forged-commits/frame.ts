import { encode } from '@atcute/cbor'
import type { Forge } from './forge.ts'

/** Alters the frame around the message: its header, its bytes, or a field of the message that stands there twice. */
export const forgeFrame: Forge = (draft, { random, other }) => {
  switch (random.int(6)) {
    case 0: {
      const type = random.pick(['#sync', '#account', '#identity', '#info', 'commit', '#Commit'])
      draft.header.t = type
      Object.assign(draft.message, { did: draft.message.repo, active: random.next() < 0.5 })
      return `as ${type}`
    }
    case 1:
      draft.header[random.pick(['op', 't'])] = random.pick([null, 0, -1, 2, '', {}])
      return 'another header'
    case 2:
      draft.finish = (frame) => frame.subarray(0, random.int(frame.length))
      return 'cut off'
    case 3:
      draft.finish = (frame) => Buffer.concat([frame, encode({ rev: other().rev })])
      return 'with a third object'
    case 4:
      draft.finish = (frame) => {
        const bytes = Buffer.from(frame)
        bytes[random.int(bytes.length)] = random.int(256)
        return bytes
      }
      return 'another byte'
    default: {
      const field = random.pick(['rev', 'repo', 'commit', 'ops'] as const)
      const { body } = other()
      draft.finish = (frame) => withTwice(frame, encode(draft.header).length, field, body[field])
      return `${field} twice`
    }
  }
}

/** Adds a field at the beginning of the second object of a frame, though it is there. */
function withTwice(frame: Buffer, start: number, field: string, value: unknown): Buffer {
  const count = (frame[start] as number) + 1
  return Buffer.concat([
    frame.subarray(0, start),
    Uint8Array.of(count),
    encode(field),
    encode(value),
    frame.subarray(start + 1),
  ])
}

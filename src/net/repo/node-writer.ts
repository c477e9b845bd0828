import { type Cid, cidOf } from './cid.ts'
import type { Node } from './node.ts'

/** Takes the nodes that are written, children before their parents. The bytes are good until it returns. */
export type OnBlock = (cid: Cid, bytes: Buffer) => void

/** The CID of a tree as it now is: nodes that were loaded are written again, the others are known by their CID. */
export function treeCid(tree: Node | Cid, onBlock?: OnBlock): Cid {
  if (typeof tree === 'string') return tree
  const bytes = encodeNode(tree, onBlock)
  const cid = cidOf(bytes)
  onBlock?.(cid, bytes)
  return cid
}

/** Writes a node in DAG-CBOR. The bytes are good until the next call. */
export function encodeNode({ keys, values, subtrees }: Node, onBlock?: OnBlock): Buffer {
  const links = subtrees.map((subtree) => subtree && treeCid(subtree, onBlock))
  const writer = new NodeWriter(keys)
  writer.bytes(0xa2, 0x61, 0x65)
  writer.head(0x80, keys.length)
  let previous = ''
  for (const [index, key] of keys.entries()) {
    const prefix = commonPrefix(previous, key)
    writer.bytes(0xa4, 0x61, 0x6b)
    writer.head(0x40, key.length - prefix)
    writer.text(key.slice(prefix))
    writer.bytes(0x61, 0x70)
    writer.head(0, prefix)
    writer.bytes(0x61, 0x74)
    writer.link(links[index + 1])
    writer.bytes(0x61, 0x76)
    writer.link(values[index])
    previous = key
  }
  writer.bytes(0x61, 0x6c)
  writer.link(links[0])
  return writer.written()
}

class NodeWriter {
  #position = 0

  /** What an entry takes besides its key is less than 128 bytes. */
  constructor(keys: readonly string[]) {
    const needed = keys.reduce((sum, key) => sum + key.length + 128, 128)
    if (needed > scratch.length) scratch = Buffer.allocUnsafeSlow(needed * 2)
  }

  bytes(first: number, second: number, third?: number): void {
    scratch[this.#position++] = first
    scratch[this.#position++] = second
    if (third !== undefined) scratch[this.#position++] = third
  }

  head(major: number, argument: number): void {
    if (argument < 24) {
      scratch[this.#position++] = major | argument
    } else if (argument < 0x100) {
      scratch[this.#position++] = major | 24
      scratch[this.#position++] = argument
    } else if (argument < 0x1_0000) {
      scratch[this.#position++] = major | 25
      this.#position = scratch.writeUInt16BE(argument, this.#position)
    } else {
      scratch[this.#position++] = major | 26
      this.#position = scratch.writeUInt32BE(argument, this.#position)
    }
  }

  text(text: string): void {
    this.#position += scratch.write(text, this.#position, 'latin1')
  }

  link(cid: Cid | null | undefined): void {
    if (cid) this.text(linkHead + cid)
    else scratch[this.#position++] = 0xf6
  }

  written(): Buffer {
    return scratch.subarray(0, this.#position)
  }
}

/** Reused by all nodes, since each is hashed at once; the tree below a node is hashed before it is written. */
let scratch = Buffer.allocUnsafeSlow(65_536)

/** Tag 42, 37 bytes, the first of them zero; the CID follows. */
const linkHead = '\xd8\x2a\x58\x25\x00'

function commonPrefix(left: string, right: string): number {
  let length = 0
  while (length < left.length && left.charCodeAt(length) === right.charCodeAt(length)) length++
  return length
}

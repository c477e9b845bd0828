import type { Blocks } from './block.ts'
import { type Cid, cidLength, isCidAt } from './cid.ts'
import { emptyNode, isEmpty, layerOf, type Node, type Subtree } from './node.ts'
import { treeCid } from './node-writer.ts'
import { MissingBlock, Rejection } from './rejection.ts'

/**
 * Reads a node of a tree among its blocks. The root of an empty tree is known without its block.
 *
 * @throws {MissingBlock} when it is not among them. Throws like `decodeNode` otherwise.
 */
export function loadNode(blocks: Pick<Blocks, 'get'>, cid: Cid, layer?: number): Node {
  const block = blocks.get(cid)
  if (block) return decodeNode(block, layer)
  if (cid === emptyRoot && layer === undefined) return emptyNode(0)
  throw new MissingBlock('a block of the tree is missing')
}

const emptyRoot = treeCid(emptyNode(0))

/**
 * Reads a node, which must be in the one form that its content has.
 *
 * @param layer where the node must stand; absent for a root, whose keys tell it.
 * @throws {Rejection} `mst`
 */
export function decodeNode(block: Buffer, layer?: number): Node {
  const reader = new NodeReader(block)
  const { keys, values, subtrees } = reader.node()
  const own = layer ?? (keys[0] === undefined ? 0 : layerOf(keys[0]))
  for (const key of keys)
    if (layerOf(key) !== own) throw malformed('a key stands in a layer that is not its own')
  if (own === 0 && subtrees.some((subtree) => subtree !== null))
    throw malformed('a subtree below the lowest layer')
  if (layer === undefined ? keys.length === 0 && subtrees[0] !== null : isEmpty({ keys, subtrees }))
    throw malformed('an empty node')
  return { layer: own, keys, values, subtrees }
}

/** What the key of a record is: `collection/rkey`, in the characters that AT Protocol allows. */
const keySyntax = /^[a-zA-Z0-9._:~-]+\/[a-zA-Z0-9._:~-]+$/

class NodeReader {
  readonly #block: Buffer
  #position = 0

  constructor(block: Buffer) {
    this.#block = block
  }

  /** `{ e: [entry …], l: link or null }` */
  node(): Pick<Node, 'keys' | 'values' | 'subtrees'> {
    this.#expect(0xa2)
    this.#key(0x65)
    const length = this.#argument(0x80)
    if (length > this.#block.length) throw malformed('it is cut off')
    const keys: string[] = []
    const values: Cid[] = []
    const subtrees: Subtree[] = [null]
    let previous = ''
    for (let index = 0; index < length; index++) {
      this.#expect(0xa4)
      this.#key(0x6b)
      const suffix = this.#bytes()
      this.#key(0x70)
      const prefix = this.#argument(0)
      this.#key(0x74)
      subtrees.push(this.#link())
      this.#key(0x76)
      const value = this.#link()
      if (value === null) throw malformed('an entry without a value')
      if (prefix > previous.length || previous[prefix] === suffix[0])
        throw malformed('a prefix of the wrong length')
      const key = previous.slice(0, prefix) + suffix
      if (key <= previous) throw malformed('its keys are not in order')
      if (key.length > 1024 || !keySyntax.test(key)) throw malformed('a key that is not allowed')
      keys.push(key)
      values.push(value)
      previous = key
    }
    this.#key(0x6c)
    subtrees[0] = this.#link()
    if (this.#position !== this.#block.length) throw malformed('bytes after its end')
    return { keys, values, subtrees }
  }

  /** All keys of the maps are single letters. */
  #key(letter: number): void {
    this.#expect(0x61)
    this.#expect(letter)
  }

  #link(): Cid | null {
    const start = this.#position
    if (this.#block[start] === 0xf6) {
      this.#position += 1
      return null
    }
    for (const byte of linkHead) this.#expect(byte)
    if (!isCidAt(this.#block, this.#position)) throw malformed('a link that does not hold a CID')
    this.#position += cidLength
    return this.#block.toString('latin1', this.#position - cidLength, this.#position)
  }

  #bytes(): string {
    const length = this.#argument(0x40)
    const end = this.#position + length
    if (end > this.#block.length) throw malformed('it is cut off')
    const text = this.#block.toString('latin1', this.#position, end)
    this.#position = end
    return text
  }

  /** A CBOR head of the given major type; `checkCanonical` has made sure that it is the shortest. */
  #argument(major: number): number {
    const initial = this.#block[this.#position++] ?? 0xff
    const info = initial ^ major
    if (info < 24) return info
    if (info > 26) throw malformed('a field of another type')
    let argument = 0
    for (let width = 1 << (info - 24); width > 0; width--)
      argument = argument * 256 + (this.#block[this.#position++] ?? 0)
    return argument
  }

  #expect(byte: number): void {
    if (this.#block[this.#position++] !== byte) throw malformed('a field is missing or of another type')
  }
}

/** Tag 42, 37 bytes, the first of them zero; the CID follows. */
const linkHead = [0xd8, 0x2a, 0x58, 0x25, 0x00]

const malformed = (what: string) => new Rejection('mst', `not a node of a tree: ${what}`)

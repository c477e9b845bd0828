import { type Bytes, decode, fromBytes } from '@atcute/cbor'
import type { Block } from '../../../src/net/repo/block.ts'
import { type Cid, isLink, linkedCid } from '../../../src/net/repo/cid.ts'

/** CIDs of records by their paths. */
export type Content = ReadonlyMap<string, Cid>

export type NodeBlocks = Pick<ReadonlyMap<Cid, Uint8Array>, 'get'>

/** A node as its block has it. */
export interface NodeFields {
  readonly l: unknown
  readonly e: readonly { readonly p: number; readonly k: Bytes; readonly v: unknown; readonly t: unknown }[]
}

/**
 * What a tree holds, read without any of the code that is under test: entries in the order in which they stand.
 *
 * @returns undefined where it is not a tree: a block is missing or no node, or keys are out of order.
 */
export function contentOf(blocks: NodeBlocks, root: Cid): Content | undefined {
  const content = new Map<string, Cid>()
  let last = ''
  for (const { key, value } of entriesOf(blocks, root)) {
    if (value === undefined || key <= last) return undefined
    content.set(key, value)
    last = key
  }
  return content
}

/** The blocks of the nodes of a tree. */
export function nodesOf(blocks: NodeBlocks, cid: Cid): readonly Block[] {
  const bytes = blocks.get(cid)
  const node = nodeOf(bytes)
  if (bytes === undefined || node === undefined) return []
  const below = [node.l, ...node.e.map(({ t }) => t)].filter(isLink)
  return [{ cid, bytes }, ...below.flatMap((link) => nodesOf(blocks, linkedCid(link)))]
}

/** All values that stand under a key anywhere in the tree, as far as there are blocks. */
export function valuesOf(blocks: NodeBlocks, root: Cid, key: string): readonly Cid[] {
  return Array.from(entriesOf(blocks, root)).flatMap((entry) =>
    entry.key === key && entry.value !== undefined ? [entry.value] : [],
  )
}

interface Entry {
  readonly key: string
  /** Absent where the tree cannot be read. */
  readonly value: Cid | undefined
}

const unreadable: Entry = { key: '', value: undefined }

function* entriesOf(blocks: NodeBlocks, cid: Cid, depth = 0): Generator<Entry> {
  const node = nodeOf(blocks.get(cid))
  if (node === undefined || depth > 100) {
    yield unreadable
    return
  }
  if (node.l !== null) yield* isLink(node.l) ? entriesOf(blocks, linkedCid(node.l), depth + 1) : [unreadable]
  let key = ''
  for (const { p, k, v, t } of node.e) {
    key = key.slice(0, p) + Buffer.from(fromBytes(k)).toString('latin1')
    yield { key, value: isLink(v) ? linkedCid(v) : undefined }
    if (t !== null) yield* isLink(t) ? entriesOf(blocks, linkedCid(t), depth + 1) : [unreadable]
  }
}

/** The fields of a node; undefined where the block is none. */
export function nodeOf(block: Uint8Array | undefined): NodeFields | undefined {
  try {
    const node = block && decode(block)
    return Array.isArray(node?.e) && node.e.every(({ k, p }: NodeFields['e'][0]) => fromBytes(k) && p >= 0)
      ? node
      : undefined
  } catch {
    return undefined
  }
}

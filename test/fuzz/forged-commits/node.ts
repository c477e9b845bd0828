import { encode, fromBytes, toBytes } from '@atcute/cbor'
import { linkTo } from '../../../src/net/repo/cid.ts'
import { sign } from './commit-object.ts'
import { type Fields, fieldsOf, rewrite } from './draft.ts'
import type { Forge, Tools } from './forge.ts'
import { type NodeFields, nodeOf } from './signed-tree.ts'

interface NodeEntry {
  key: string
  v: unknown
  t: unknown
}

interface NodeDraft {
  l: unknown
  entries: NodeEntry[]
}

/**
 * Alters a node of the tree. Its block keeps its CID, or all above it name the new one, up to a commit that is signed as
 * it may be.
 */
export const forgeNode: Forge = async (draft, tools) => {
  const { random } = tools
  const nodes = draft.blocks.filter(({ bytes }) => nodeOf(bytes) !== undefined)
  if (nodes.length === 0) return 'nothing'
  const { cid } = random.pick(nodes)
  const fields = fieldsOf(draft, cid) as Fields
  const what = random.next() < 0.2 ? alterFields(fields, tools) : alterEntries(fields, tools)
  const bytes = encode(fields)
  if (random.next() < 0.2) {
    draft.blocks = draft.blocks.map((one) => (one.cid === cid ? { cid, bytes } : one))
    return `${what} in a node under its old CID`
  }
  rewrite(draft, cid, bytes)
  const commit = fieldsOf(draft, draft.commit)
  return `${what} in a node, ${commit ? await sign(draft, commit, tools) : 'and no commit'}`
}

/** What makes another node, in the one form that it has. */
function alterEntries(fields: Fields, tools: Tools): string {
  const { random, other, record } = tools
  const node = open(fields)
  const { entries } = node
  const at = random.int(entries.length)
  const entry = entries[at]
  const another = random.pick([...other().content])
  const what = random.pick(['drop', 'insert', 'rename', 'value', 'swap', 'subtree', 'no subtree'])
  if (entry === undefined || what === 'insert') {
    entries.splice(at, 0, { key: another[0], v: linkTo(another[1]), t: null })
    entries.sort((one, two) => (one.key < two.key ? -1 : 1))
  } else if (what === 'drop') entries.splice(at, 1)
  else if (what === 'rename') entry.key = another[0]
  else if (what === 'value') entry.v = linkTo(random.next() < 0.5 ? another[1] : record())
  else if (what === 'swap') {
    const two = random.pick(entries)
    ;[entry.v, two.v] = [two.v, entry.v]
  } else if (what === 'no subtree') entry.t = null
  else if (random.next() < 0.5) entry.t = linkTo(other().data)
  else [entry.t, node.l] = [node.l, entry.t]
  close(node, fields)
  return what
}

/** What makes no node. */
function alterFields(fields: Fields, { random, record }: Tools): string {
  const entries = fields.e as Fields[]
  const place = random.pick([fields, ...entries])
  const field = random.pick(Object.keys(place))
  if (random.next() < 0.3) delete place[field]
  else
    place[field] = random.pick([null, 0, 1, 'text', [], toBytes(Buffer.from('x')), linkTo(record()), entries])
  if (place[field] === entries && place !== fields) place[field] = []
  if (random.next() < 0.3 && entries.length > 0) entries.push({ ...random.pick(entries) })
  return `another ${field}`
}

function open({ l, e }: Fields): NodeDraft {
  let key = ''
  const entries = (e as NodeFields['e']).map(({ p, k, v, t }) => {
    key = key.slice(0, p) + Buffer.from(fromBytes(k)).toString('latin1')
    return { key, v, t }
  })
  return { l, entries }
}

function close({ l, entries }: NodeDraft, fields: Fields): void {
  let before = ''
  fields.l = l
  fields.e = entries.map(({ key, v, t }) => {
    const p = commonLength(before, key)
    before = key
    return { p, k: toBytes(Buffer.from(key.slice(p), 'latin1')), v, t }
  })
}

function commonLength(one: string, two: string): number {
  let length = 0
  while (length < one.length && one[length] === two[length]) length++
  return length
}

import type { Did } from '../../../src/model/did.ts'
import { type Cid, parseCid } from '../../../src/net/repo/cid.ts'
import type { Forgery } from './forge.ts'
import type { Model, Signed } from './model.ts'
import type { Kept, Received } from './receive.ts'
import { type Content, contentOf, type NodeBlocks, valuesOf } from './signed-tree.ts'

/**
 * Finds what the service believes that no tree shows which the key of the repo has signed. Decides by what the model has
 * written, and what an owner was made to sign, and by nothing that the service says of itself.
 *
 * @returns what is wrong; undefined where everything is right.
 */
export function judge(
  forgery: Forgery,
  model: Model,
  before: ReadonlyMap<Did, Kept>,
  { kept, events, hole }: Received,
): string | undefined {
  const blocks: NodeBlocks = { get: (cid) => forgery.blocks.get(cid) ?? model.blocks.get(cid) }
  for (const [did, after] of kept) {
    const trees = signedTrees(forgery, model, did, blocks).filter(({ rev }) => rev === after.state?.rev)
    const wrong = judgeRepo(before.get(did) ?? nothing, after, trees, blocks)
    if (wrong !== undefined) return `${did} ${wrong}`
  }
  for (const event of events) {
    if (event.kind !== 'rejected' || before.get(event.did)?.state?.content !== 'synced') continue
    const { rev = '', content } = kept.get(event.did)?.state ?? before.get(event.did)?.state ?? {}
    if (event.rev > rev && content === 'synced')
      return `${event.did} is synced though a newer commit was refused`
  }
  const isSilent = events.length === 0 && !hole
  return isSilent && /^[^,]+(, as of an old host)?$/.test(forgery.what)
    ? 'an honest commit was lost'
    : undefined
}

const nothing: Kept = { state: undefined, content: new Map() }

function judgeRepo(
  before: Kept,
  after: Kept,
  trees: readonly Signed[],
  blocks: NodeBlocks,
): string | undefined {
  const changed = changes(before.content, after.content)
  const { rev, data, content } = after.state ?? {}
  const isSame = rev === before.state?.rev
  if (isSame && changed.length > 0) return `has other records at the same rev: ${changed}`
  if (isSame && (content !== 'synced' || before.state?.content === 'synced')) return undefined
  if (trees.length === 0) return `is at the rev ${rev}, which nobody has signed`
  const shown = trees.filter((tree) =>
    changed.every((path) => shows(tree, blocks, path, after.content.get(path))),
  )
  if (shown.length === 0) return `has changed what the signed tree does not show: ${changed}`
  if (content !== 'synced') return undefined
  const whole = trees.find((tree) => data !== undefined && tree.data === parseCid(data))?.content
  return whole !== undefined && changes(whole, after.content).length === 0
    ? undefined
    : 'is synced, and is not what the signed tree holds'
}

/** Every state of a repo that its key has signed. */
function signedTrees({ signed }: Forgery, model: Model, did: Did, blocks: NodeBlocks): readonly Signed[] {
  const honest = model.repos.find((one) => one.did === did)?.commits ?? []
  const others = signed.filter((one) => one.did === did)
  return [...honest, ...others.map((one) => ({ ...one, content: contentOf(blocks, one.data) }))]
}

function shows({ data, content }: Signed, blocks: NodeBlocks, path: string, cid: Cid | undefined): boolean {
  if (content !== undefined) return content.get(path) === cid
  const values = valuesOf(blocks, data, path)
  return cid === undefined ? values.length === 0 : values.includes(cid)
}

function changes(before: Content, after: Content): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].filter((path) => before.get(path) !== after.get(path))
}

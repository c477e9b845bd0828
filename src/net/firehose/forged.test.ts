import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { type CommitEvent, emptyTree, type SyncEvent } from '../../model/event.ts'
import { cidOf, cidText } from '../repo/cid.ts'
import type { CommitBody, CommitOp } from '../repo/frames.ts'
import { Rejection } from '../repo/rejection.ts'
import { importKey } from '../repo/signature.ts'
import { RawRepo, type RawWrite } from './testing/raw-repo.ts'
import { collection, commitFrame } from './testing/test-repo.ts'
import { verifyFrame } from './verify-frame.ts'

const path = (rkey: string) => `${collection}/${rkey}`
const put = (rkey: string, text: string): RawWrite => ({
  path: path(rkey),
  bytes: encode({ $type: collection, text }),
})
const remove = (rkey: string): RawWrite => ({ path: path(rkey) })

interface Forgery {
  readonly what: string
  readonly body: object
}

describe('a commit that was forged from what others have signed', () => {
  let key: ReturnType<typeof importKey>
  /** Of one repo, in order: every state that its key has ever signed. */
  const commits: CommitBody[] = []
  /** What the tree of each commit holds: the CID of each record by its path. */
  const trees = new Map<string, ReadonlyMap<string, string>>()
  /** The same by the root of the tree. */
  const roots = new Map<string, ReadonlyMap<string, string>>([[emptyTree, new Map()]])
  let other: CommitBody

  before(async () => {
    const repo = await RawRepo.create('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')
    key = importKey(repo.multikey)
    const tree = new Map<string, string>()
    const commit = async (...writes: RawWrite[]) => {
      const body = await repo.commit(...writes)
      for (const { path, bytes } of writes)
        if (bytes) tree.set(path, cidText(cidOf(bytes)))
        else tree.delete(path)
      commits.push(body)
      trees.set(body.rev, new Map(tree))
      roots.set(repo.data, new Map(tree))
    }
    await commit(...Array.from({ length: 60 }, (_, at) => put(`r${at}`, 'first')))
    await commit(put('r1', 'second'), put('a', '1'), remove('r2'))
    await commit(put('r1', 'third'), put('a', '2'), remove('r3'), put('b', '1'))
    await commit(put('r1', 'fourth'), put('a', '3'), remove('r4'), put('r2', 'again'), put('c', '1'))
    const stranger = await RawRepo.create('did:plc:bbbbbbbbbbbbbbbbbbbbbbbb')
    await stranger.commit(...Array.from({ length: 60 }, (_, at) => put(`r${at}`, 'of the stranger')))
    other = await stranger.commit(put('r1', 'evil'), put('a', 'evil'), remove('r4'), put('evil', '1'))
  })

  it('says nothing that its key has not signed, whatever was dropped, swapped or repeated', () => {
    let [believed, refused] = [0, 0]
    for (const { what, body } of forgeries()) {
      const event = verified(body)
      if (event === undefined) refused += 1
      else {
        believed += 1
        check(event, what)
      }
    }
    assert.ok(refused > 500 && believed > 50, `${refused} refused, ${believed} believed`)
  })

  /** @returns undefined where it is refused. */
  function verified(body: object): CommitEvent | SyncEvent | undefined {
    try {
      return verifyFrame(commitFrame(1, body as CommitBody), key, { mode: 'full' })
    } catch (error) {
      assert.ok(error instanceof Rejection, String((error as Error).stack))
      return undefined
    }
  }

  function check(event: CommitEvent | SyncEvent, what: string): void {
    const tree = trees.get(event.rev)
    assert.ok(tree !== undefined && event.did === commits[0]?.repo, what)
    if (event.kind !== 'commit') return
    for (const operation of event.operations) {
      const held = tree.get(path(operation.rkey))
      const said = operation.op === 'delete' ? undefined : cidText(cidOf(operation.record))
      assert.equal(said, held, `${what}: ${operation.op} ${operation.rkey}`)
    }
    // Whoever has the tree before gets the one that was signed by what is said here, and no other.
    const left = new Map(roots.get(event.prevData ?? ''))
    if (roots.has(event.prevData ?? '')) {
      for (const operation of event.operations)
        if (operation.op === 'delete') left.delete(path(operation.rkey))
        else left.set(path(operation.rkey), cidText(cidOf(operation.record)))
      assert.ok(left.size === tree.size && left.entries().every(([key, cid]) => tree.get(key) === cid), what)
    }
    if (event.prevData === undefined) assert.equal(event.since, undefined, what)
  }

  function* forgeries(): Generator<Forgery> {
    const [first, last] = [commits.at(0), commits.at(-1)] as [CommitBody, CommitBody]
    for (const base of [last, first]) {
      for (const one of [base, without(base, 'prevData'), ofOldHost(base)]) {
        const name = `commit ${commits.indexOf(base)} with ${Object.keys(one).length} fields`
        yield { what: name, body: one }
        for (const field of Object.keys(base)) {
          yield { what: `${name}, no ${field}`, body: without(one, field) }
          for (const source of [...commits, other]) {
            const value = source[field as keyof CommitBody]
            yield {
              what: `${name}, ${field} of ${source.repo} ${source.rev}`,
              body: { ...one, [field]: value },
            }
            // Where the blocks are another's, what names them is, too.
            const { blocks, commit, rev } = source
            yield {
              what: `${name}, blocks and ${field}`,
              body: { ...one, blocks, commit, rev, [field]: value },
            }
          }
        }
        for (const { what, ops } of operations(one.ops)) {
          yield { what: `${name}, ${what}`, body: { ...one, ops } }
          yield { what: `${name}, ${what}, and no tree before`, body: without({ ...one, ops }, 'prevData') }
        }
      }
    }
  }

  function* operations(
    ops: readonly CommitOp[],
  ): Generator<{ readonly what: string; readonly ops: object[] }> {
    const foreign = [...commits.flatMap((commit) => commit.ops.slice(0, 4)), ...other.ops]
    yield { what: 'no operations', ops: [] }
    for (const [at, op] of ops.slice(0, 4).entries()) {
      const others = ops.filter((_, index) => index !== at)
      const replaced = (by: object) => ops.map((one, index) => (index === at ? by : one))
      yield { what: `without operation ${at}`, ops: others }
      yield { what: `operation ${at} twice`, ops: [...ops, op] }
      yield { what: `operation ${at} alone`, ops: [op] }
      for (const one of foreign) {
        yield { what: `${one.action} ${one.path} in place of operation ${at}`, ops: replaced(one) }
        yield { what: `${one.action} ${one.path} after operation ${at}`, ops: [...ops, one] }
        for (const field of ['action', 'path', 'cid', 'prev'] as const)
          yield {
            what: `${field} of ${one.path} in operation ${at}`,
            ops: replaced({ ...op, [field]: one[field] ?? null }),
          }
      }
      for (const field of Object.keys(op))
        yield { what: `operation ${at} without ${field}`, ops: replaced(without(op, field)) }
      for (const action of ['create', 'update', 'delete'])
        yield { what: `operation ${at} as ${action}`, ops: replaced({ ...op, action }) }
    }
  }
})

function without<Whole extends object>(whole: Whole, field: string): Whole {
  const { [field as keyof Whole]: _, ...rest } = whole
  return rest as Whole
}

function ofOldHost(body: CommitBody): CommitBody {
  return without({ ...body, ops: body.ops.map((op) => without(op, 'prev')) }, 'prevData')
}

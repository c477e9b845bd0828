import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RepoEvent } from '../../model/event.ts'
import type { RepoStatus } from '../../model/repo.ts'
import { Database } from '../../state/database.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { Plan } from './plan.ts'
import {
  account,
  alice,
  bob,
  commit,
  identity,
  post,
  rejected,
  since,
  sync,
  told,
  tree,
} from './testing/events.ts'

interface Row {
  readonly events: readonly RepoEvent[]
  readonly status: RepoStatus | 'unknown'
  /** Record key and revision of what is stored, hidden or not. */
  readonly records: string
  readonly rev?: string
  readonly data?: string
  /** Reason, and the revisions that were announced and claimed (`<`). */
  readonly desync?: string
  readonly stale?: number
  readonly breaks?: number
  readonly invalid?: number
}

const first = commit('r1', ['empty', 'A'], '+a')
const whole = { status: 'synced', records: 'a:r1', rev: 'r1', data: 'A' } as const

const rows: Readonly<Record<string, Row>> = {
  'a first commit makes the whole repo known': { events: [first], ...whole },
  'a commit on an unknown repo is applied, its content stays unknown': {
    events: [commit('r5', ['X', 'Y'], '+a')],
    status: 'pending',
    records: 'a:r5',
    rev: 'r5',
  },
  'a commit that continues the stored tree keeps it synced': {
    events: [first, commit('r2', ['A', 'B'], '+b ~a')],
    status: 'synced',
    records: 'a:r2 b:r2',
    rev: 'r2',
    data: 'B',
  },
  'a commit that does not continue it is applied, the repo out of sync': {
    events: [first, commit('r3', ['B', 'C'], '+c')],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1 c:r3',
    rev: 'r3',
    breaks: 1,
  },
  'a repo out of sync by a break stays so, though later commits continue': {
    events: [first, commit('r3', ['B', 'C'], '+c'), commit('r4', ['C', 'D'], '-a')],
    status: 'desync',
    desync: 'chain',
    records: 'c:r3',
    rev: 'r4',
    breaks: 1,
  },
  'a break is one only where something was known': {
    events: [first, commit('r3', ['B', 'C'], ''), commit('r5', ['D', 'E'], '')],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1',
    rev: 'r5',
    breaks: 1,
  },
  'a pending repo cannot break': {
    events: [commit('r2', ['X', 'Y'], '+a'), commit('r4', ['Z', 'W'], '+b')],
    status: 'pending',
    records: 'a:r2 b:r4',
    rev: 'r4',
  },
  'a commit without the tree before it continues the revision that it follows': {
    events: [first, since('r1', commit('r2', [undefined, 'B'], '+b'))],
    status: 'synced',
    records: 'a:r1 b:r2',
    rev: 'r2',
    data: 'B',
  },
  'a commit without the tree before it breaks when it follows another revision': {
    events: [first, since('r2', commit('r3', [undefined, 'C'], '+c'))],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1 c:r3',
    rev: 'r3',
    breaks: 1,
  },
  'a commit that names nothing before it breaks': {
    events: [first, commit('r2', [undefined, 'B'], '+b')],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1 b:r2',
    rev: 'r2',
    breaks: 1,
  },
  'the tree before it counts for more than the revision': {
    events: [first, since('r1', commit('r3', ['B', 'C'], '+c'))],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1 c:r3',
    rev: 'r3',
    breaks: 1,
  },
  'a commit on an empty tree makes a pending repo known, what was there is void': {
    events: [commit('r2', ['X', 'Y'], '+a'), commit('r4', ['empty', 'Z'], '+b')],
    status: 'synced',
    records: 'b:r4',
    rev: 'r4',
    data: 'Z',
  },
  'a commit on an empty tree brings a repo out of sync back': {
    events: [first, commit('r3', ['B', 'C'], '+c'), commit('r4', ['empty', 'D'], '+d')],
    status: 'synced',
    records: 'd:r4',
    rev: 'r4',
    data: 'D',
    breaks: 1,
  },
  'a commit on an empty tree throws nothing away that was known': {
    events: [first, commit('r4', ['empty', 'D'], '+d')],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1 d:r4',
    rev: 'r4',
    breaks: 1,
  },
  'a repo may be emptied and filled again': {
    events: [first, commit('r2', ['A', 'empty'], '-a'), commit('r3', ['empty', 'B'], '+b')],
    status: 'synced',
    records: 'b:r3',
    rev: 'r3',
    data: 'B',
  },
  'a commit of the stored revision is stale': { events: [first, first], ...whole, stale: 1 },
  'a commit of an earlier revision is stale': {
    events: [first, commit('r0', ['empty', 'Z'], '+a +b -c')],
    ...whole,
    stale: 3,
  },
  'a commit without operations moves the revision': {
    events: [first, commit('r2', ['A', 'A'], '')],
    ...whole,
    rev: 'r2',
  },
  'a record deleted and created again in one commit after another is there': {
    events: [first, commit('r2', ['A', 'B'], '-a'), commit('r3', ['B', 'C'], '+a')],
    status: 'synced',
    records: 'a:r3',
    rev: 'r3',
    data: 'C',
  },
  'a record created and deleted is not there': {
    events: [first, commit('r2', ['A', 'B'], '+b'), commit('r3', ['B', 'C'], '-b')],
    status: 'synced',
    records: 'a:r1',
    rev: 'r3',
    data: 'C',
  },
  'a sync with the stored tree changes nothing but the revision': {
    events: [first, sync('r2', 'A')],
    ...whole,
    rev: 'r2',
  },
  'a sync with another tree puts the repo out of sync': {
    events: [first, sync('r2', 'B')],
    ...whole,
    status: 'desync',
    desync: 'sync_event r2',
  },
  'a commit that continues the tree before a sync says nothing of the state after it': {
    events: [first, sync('r3', 'C'), commit('r2', ['A', 'B'], '+b'), commit('r3', ['B', 'D'], '+d')],
    status: 'desync',
    desync: 'sync_event r3',
    records: 'a:r1 b:r2 d:r3',
    rev: 'r3',
    data: 'D',
  },
  'a commit after a sync that continues the tree before it shows that the sync was none': {
    events: [first, sync('r2', 'B'), commit('r3', ['A', 'C'], '+c')],
    status: 'synced',
    records: 'a:r1 c:r3',
    rev: 'r3',
    data: 'C',
  },
  'a commit that continues the state that a sync announced is a break': {
    events: [first, sync('r2', 'B'), commit('r3', ['B', 'C'], '+c')],
    status: 'desync',
    desync: 'sync_event r2',
    records: 'a:r1 c:r3',
    rev: 'r3',
    breaks: 1,
  },
  'a sync back to the stored tree cures': {
    events: [first, sync('r2', 'B'), sync('r3', 'A')],
    ...whole,
    rev: 'r3',
  },
  'the latest of two syncs counts, in whatever order they come': {
    events: [first, sync('r4', 'B'), sync('r3', 'C'), sync('r3', 'A')],
    ...whole,
    rev: 'r3',
    status: 'desync',
    desync: 'sync_event r4',
  },
  'an empty tree that is older than what was announced changes nothing': {
    events: [first, sync('r4', 'B'), sync('r3', 'empty')],
    ...whole,
    status: 'desync',
    desync: 'sync_event r4',
  },
  'a commit that was refused puts the repo out of sync': {
    events: [first, rejected('r2', 'key')],
    ...whole,
    status: 'desync',
    desync: 'key <r2',
  },
  'a refused commit of a revision that is stored changes nothing': {
    events: [first, rejected('r1')],
    ...whole,
  },
  'a refused commit that is sent again and verified cures': {
    events: [first, rejected('r2'), commit('r2', ['A', 'B'], '+b')],
    status: 'synced',
    records: 'a:r1 b:r2',
    rev: 'r2',
    data: 'B',
  },
  'a commit before one that was refused does not cure': {
    events: [first, rejected('r3', 'rev'), commit('r2', ['A', 'B'], '+b')],
    status: 'desync',
    desync: 'rev <r3',
    records: 'a:r1 b:r2',
    rev: 'r2',
    data: 'B',
  },
  'each commit that was refused counts': {
    events: [first, rejected('r2'), rejected('r4', 'key'), rejected('r3'), commit('r3', ['A', 'B'], '+b')],
    status: 'desync',
    desync: 'rejected <r4',
    records: 'a:r1 b:r3',
    rev: 'r3',
    data: 'B',
  },
  'a refused commit is the first that is heard of a repo': {
    events: [rejected('r2')],
    status: 'pending',
    records: '',
  },
  'a pending repo is no less known for a refused commit': {
    events: [commit('r2', ['X', 'Y'], '+a'), rejected('r3')],
    status: 'pending',
    records: 'a:r2',
    rev: 'r2',
  },
  'a sync of an earlier revision is stale': { events: [first, sync('r1', 'B')], ...whole },
  'a sync of an unknown repo leaves its content unknown': {
    events: [sync('r2', 'B')],
    status: 'pending',
    desync: 'sync_event r2',
    records: '',
  },
  'a sync of a pending repo does not keep older commits away': {
    events: [sync('r3', 'C'), commit('r2', ['empty', 'B'], '+b')],
    status: 'pending',
    desync: 'sync_event r3',
    records: 'b:r2',
    rev: 'r2',
  },
  'a sync with an empty tree makes it known': {
    events: [first, sync('r2', 'empty')],
    status: 'synced',
    records: '',
    rev: 'r2',
    data: 'empty',
  },
  'an identity is the first that is heard of a repo': {
    events: [identity('alice.test')],
    status: 'pending',
    records: '',
  },
  'an identity does not set the handle that it names': { events: [first, identity('new.test')], ...whole },
  'an identity before the first commit does not stand in its way': {
    events: [identity('alice.test'), account(true), first],
    ...whole,
  },
  'an account that is not active keeps its records': {
    events: [first, account(false, 'takendown')],
    ...whole,
    status: 'takendown',
  },
  'an account that is not active for reasons of its own is deactivated': {
    events: [first, account(false, 'on holiday')],
    ...whole,
    status: 'deactivated',
  },
  'an account that is not active for no reason is deactivated': {
    events: [first, account(false)],
    ...whole,
    status: 'deactivated',
  },
  'an account that is active again is what it was before': {
    events: [first, account(false, 'suspended'), account(false, 'takendown'), account(true)],
    ...whole,
  },
  'what happens meanwhile counts when it is active again': {
    events: [first, account(false, 'suspended'), commit('r3', ['B', 'C'], '+c'), account(true)],
    status: 'desync',
    desync: 'chain',
    records: 'a:r1 c:r3',
    rev: 'r3',
    breaks: 1,
  },
  'a first commit while it is not active makes it known later': {
    events: [account(false, 'deactivated'), first, account(true)],
    ...whole,
  },
  'an account that is throttled is active': { events: [first, account(true, 'throttled')], ...whole },
  'a deleted account has no records': {
    events: [first, account(false, 'deleted')],
    status: 'deleted',
    records: '',
  },
  'a deleted account writes none': {
    events: [first, account(false, 'deleted'), commit('r2', ['A', 'B'], '+b'), sync('r3', 'C')],
    status: 'deleted',
    records: '',
    invalid: 2,
  },
  'an account that comes back starts from scratch': {
    events: [first, account(false, 'deleted'), account(true), commit('r1', ['empty', 'A'], '+a')],
    ...whole,
  },
  'an account that was deleted comes back empty': {
    events: [first, account(false, 'deleted'), account(true)],
    status: 'pending',
    records: '',
  },
  'an account that comes back with content is pending': {
    events: [first, account(false, 'deleted'), account(true), commit('r2', ['A', 'B'], '+b')],
    status: 'pending',
    records: 'b:r2',
    rev: 'r2',
  },
  'what a deleted account was refused is forgotten': {
    events: [first, rejected('r2'), account(false, 'deleted'), rejected('r3'), account(true)],
    status: 'pending',
    records: '',
  },
}

describe('a plan', () => {
  for (const [name, row] of Object.entries(rows)) {
    for (const size of [1, 2, row.events.length]) {
      it(`says that ${name}, in batches of ${size}`, async () => {
        assert.deepEqual(await outcome(row.events, size), {
          stale: 0,
          breaks: 0,
          invalid: 0,
          changedLater: false,
          ...row,
          events: undefined,
        })
      })
    }
    it(`says that ${name}, and nothing more when it all comes again`, async () => {
      const once = await outcome(row.events, row.events.length)
      const again = await outcome(row.events, row.events.length, 2)
      assert.deepEqual({ ...again, stale: 0, invalid: 0 }, { ...once, stale: 0, invalid: 0 })
    })
  }

  it('keeps repos apart', () => {
    const plan = new Plan({ repos: new Map(), nowMs: 7 })
    plan.add(1, first)
    plan.add(2, commit('r1', ['empty', 'B'], '+a', bob))
    const changes = plan.changes()
    assert.deepEqual(
      changes.map(({ repo }) => [repo.did, repo.data, repo.position, repo.updatedAtMs]),
      [
        [alice, tree('A'), 1, 7],
        [bob, tree('B'), 2, 7],
      ],
    )
  })

  it('writes a record once, and counts what it was asked to do', () => {
    const plan = new Plan({ repos: new Map(), nowMs: 0 })
    plan.add(1, commit('r1', ['empty', 'A'], '+a +b'))
    plan.add(2, commit('r2', ['A', 'B'], '~a ~b'))
    plan.add(3, commit('r3', ['B', 'C'], '-b'))
    plan.add(4, commit('r3', ['B', 'C'], '-b'))
    plan.add(5, identity())
    plan.add(6, sync('r4', 'C'))
    plan.add(7, account(true))
    const [change] = plan.changes()
    assert.deepEqual(
      change?.puts?.map(({ rkey, rev }) => `${rkey}:${rev}`),
      ['a:r2'],
    )
    assert.deepEqual(
      change?.deletes?.map(({ rkey }) => rkey),
      ['b'],
    )
    assert.deepEqual(plan.tally, {
      events: { create: 2, update: 2, delete: 2, repo: 1, account: 1, identity: 1 },
      records: { post: 4, like: 0, repost: 0, follow: 0, block: 0, profile: 0, other: 0 },
      writes: 2,
      stale: 1,
      chainBreaks: 0,
      invalid: 0,
      desyncs: { rejected: 0, gap: 0, chain: 0, sync_event: 0, filter: 0, key: 0, rev: 0 },
      cured: 0,
      held: 0,
      overflowed: { repo: 0, all: 0 },
      dropped: 0,
      refused: 0,
      filtered: 0,
    })
  })

  it('counts repos that go out of sync by reason, once, and those that are cured', () => {
    const plan = new Plan({ repos: new Map(), nowMs: 0 })
    plan.add(1, first)
    plan.add(2, rejected('r2', 'key'))
    plan.add(3, rejected('r3'))
    plan.add(4, commit('r3', ['A', 'B'], '+b'))
    plan.add(5, sync('r4', 'C'))
    assert.deepEqual(
      [plan.tally.desyncs.key, plan.tally.desyncs.sync_event, plan.tally.desyncs.rejected],
      [1, 1, 0],
    )
    assert.equal(plan.tally.cured, 1)
    assert.deepEqual([...plan.conclude().desync], [[alice, 'sync_event']])
  })
})

/** What becomes of Alice's repo when the events come in batches, all of them `times` times under the same numbers. */
async function outcome(events: readonly RepoEvent[], size: number, times = 1) {
  using database = new Database()
  const storage = new SqliteStorage({ database })
  const sums = { stale: 0, breaks: 0, invalid: 0 }
  const changes = new Set<number>()
  for (let time = 0; time < times; time++) {
    for (let at = 0; at < events.length; at += size) {
      const plan = new Plan({ repos: await storage.repos([alice]), nowMs: 0 })
      for (const [i, event] of events.slice(at, at + size).entries()) plan.add(at + i + 1, event)
      if (plan.changes().length > 0) changes.add(time)
      await storage.apply(plan.changes())
      sums.stale += plan.tally.stale
      sums.breaks += plan.tally.chainBreaks
      sums.invalid += plan.tally.invalid
    }
  }
  const repo = (await storage.repos([alice])).get(alice)
  const stored = await Array.fromAsync(storage.scan(alice))
  const trees = ['empty', 'A', 'B', 'C', 'D', 'E', 'W', 'X', 'Y', 'Z']
  return {
    events: undefined,
    ...sums,
    changedLater: changes.has(1),
    status: repo?.status ?? 'unknown',
    records: stored
      .filter(({ collection }) => collection === post)
      .map(({ rkey, rev }) => `${rkey}:${rev}`)
      .sort()
      .join(' '),
    ...(repo?.rev !== undefined && { rev: repo.rev }),
    ...(repo?.data !== undefined && { data: trees.find((name) => tree(name) === repo.data) }),
    ...(repo?.desync !== undefined && { desync: told(repo.desync) }),
  }
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { RepoEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import type { RepoStatus } from '../../model/repo.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseBackfill, firehoseLive, type Streams } from '../../state/streams/streams.ts'
import { Indexer } from './indexer.ts'
import { account, alice, commit, identity, rejected, sync, told, tree } from './testing/events.ts'
import * as steps from './testing/steps.ts'

const { abort, begin, confirm, end, key, lapse, part, unveil, unverified, verifyFrame } = steps

interface Row {
  readonly script: readonly (RepoEvent | BackfillEntry)[]
  readonly status: RepoStatus | 'unknown'
  readonly records: string
  readonly rev?: string
  readonly data?: string
  readonly desync?: string
  readonly handle?: string
  /** How many events wait. */
  readonly held?: number
  /** What became of the runs that ended. */
  readonly ends?: string
  /** What others were told, in order. */
  readonly told?: string
}

const first = commit('r1', ['empty', 'A'], '+a')
const second = commit('r2', ['A', 'B'], '+b')
const third = commit('r3', ['B', 'C'], '+c')
const middle = commit('r2', ['X', 'Y'], '+b')
const synced = { status: 'synced', records: 'a:r1', rev: 'r1', data: 'A' } as const
const both = { status: 'synced', records: 'a:r1 b:r2', rev: 'r2', data: 'B' } as const

const rows: Readonly<Record<string, Row>> = {
  'a run that has begun makes a repo known, and events wait': {
    script: [begin(), first],
    status: 'syncing',
    records: '',
    held: 1,
  },
  'a repo that was synced keeps what it has while a run goes on': {
    script: [first, begin(), second],
    ...synced,
    status: 'syncing',
    held: 1,
  },
  'a pending repo is synced when its run ends': {
    script: [middle, begin(), end('r3', 'C', '+a +b')],
    status: 'synced',
    records: 'a:r3 b:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
    told: 'pending',
  },
  'a run changes only what differs': {
    script: [first, begin(), end('r3', 'C', '-a +c')],
    status: 'synced',
    records: 'c:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
  },
  'what is staged is not seen before the end': {
    script: [first, begin(), part('r3', 'C', 'b c')],
    ...synced,
    status: 'syncing',
  },
  'what is staged is all there is after the end': {
    script: [first, begin(), part('r3', 'C', 'b c'), part('r3', 'C', 'd'), unveil('r3', 'C')],
    status: 'synced',
    records: 'b:r3 c:r3 d:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
  },
  'a run goes on with what one before it has staged of the same tree': {
    script: [
      begin('one'),
      part('r3', 'C', 'b', 'one'),
      begin('two'),
      part('r3', 'C', 'c', 'two'),
      unveil('r3', 'C', 'two'),
    ],
    status: 'synced',
    records: 'b:r3 c:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
  },
  'a run ends nothing when another has begun': {
    script: [first, begin('one'), begin('two'), part('r3', 'C', 'x', 'one'), end('r3', 'C', '+c', 'one')],
    ...synced,
    status: 'syncing',
    ends: 'void',
  },
  'an end without a beginning is void': { script: [first, end('r3', 'C', '+c')], ...synced, ends: 'void' },
  'an end that unveils what was never staged is void': {
    script: [first, begin(), unveil('r3', 'C')],
    ...synced,
    ends: 'void',
  },
  'events that have waited are applied after the end, those that it has left out': {
    script: [first, begin(), second, third, end('r2', 'B', '+b')],
    status: 'synced',
    records: 'a:r1 b:r2 c:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
  },
  'events that have waited and do not continue what was fetched are breaks': {
    script: [middle, begin(), third, end('r2', 'A', '+a -b')],
    status: 'desync',
    desync: 'chain',
    records: 'a:r2 c:r3',
    rev: 'r3',
    ends: 'applied',
    told: 'pending, desync chain',
  },
  'a commit that was refused during a run counts when the run has fetched less': {
    script: [first, begin(), rejected('r3', 'key'), end('r2', 'B', '+b')],
    ...both,
    status: 'desync',
    desync: 'key <r3',
    ends: 'applied',
    told: 'desync key',
  },
  'a commit that was refused during a run is of no account when the run has fetched it': {
    script: [first, begin(), rejected('r2'), end('r2', 'B', '+b')],
    ...both,
    ends: 'applied',
  },
  'a commit that was refused before a run began is of no account': {
    script: [first, rejected('r3'), begin(), end('r2', 'B', '+b')],
    ...both,
    ends: 'applied',
    told: 'desync rejected',
  },
  'a state that was announced during a run counts when it is newer': {
    script: [first, begin(), sync('r3', 'C'), end('r2', 'B', '+b')],
    ...both,
    status: 'desync',
    desync: 'sync_event r3',
    ends: 'applied',
    told: 'desync sync_event',
  },
  'a run that has fetched less than is stored changes nothing': {
    script: [first, second, begin(), end('r1', 'A', '-b')],
    ...both,
    ends: 'conflict',
  },
  'a run that has fetched less than was announced changes nothing': {
    script: [first, sync('r3', 'C'), begin(), end('r2', 'B', '+b')],
    ...synced,
    status: 'desync',
    desync: 'sync_event r3',
    ends: 'conflict',
    told: 'desync sync_event',
  },
  'a run that has fetched what was announced cures': {
    script: [first, sync('r3', 'C'), begin(), end('r3', 'C', '+c')],
    status: 'synced',
    records: 'a:r1 c:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
    told: 'desync sync_event',
  },
  'a run of what is stored may find it changed all the same': {
    script: [first, begin(), end('r1', 'Z', '-a +z')],
    status: 'synced',
    records: 'z:r1',
    rev: 'r1',
    data: 'Z',
    ends: 'applied',
  },
  'a run that has failed leaves the repo as it was, events applied': {
    script: [first, begin(), second, abort()],
    ...both,
  },
  'a run that has failed for good leaves an error': {
    script: [middle, begin(), abort(true)],
    status: 'error',
    records: 'b:r2',
    rev: 'r2',
    told: 'pending',
  },
  'a repo that was synced is so when it cannot be fetched': {
    script: [first, begin(), abort(true)],
    ...synced,
  },
  'a repo that could not be fetched is cured by a commit that continues it': {
    script: [first, rejected('r2'), begin(), abort(true), second],
    ...both,
    told: 'desync rejected',
  },
  'a repo that could not be fetched is to be fetched again when its host announces another state': {
    script: [middle, begin(), abort(true), sync('r3', 'C')],
    status: 'desync',
    desync: 'sync_event r3',
    records: 'b:r2',
    rev: 'r2',
    told: 'pending, desync sync_event',
  },
  'a failure of a run that is over is of no account': {
    script: [first, begin(), begin('two'), abort()],
    ...synced,
    status: 'syncing',
  },
  'a gap makes a repo desync': {
    script: [first, lapse()],
    ...synced,
    status: 'desync',
    desync: 'gap',
    told: 'desync gap',
  },
  'a gap makes an unknown repo pending': {
    script: [lapse()],
    status: 'pending',
    records: '',
    told: 'pending',
  },
  'a gap is cured by a commit that continues what is stored': {
    script: [first, lapse(), second],
    ...both,
    told: 'desync gap',
  },
  'a gap that is known after a run has begun makes it desync after its end': {
    script: [first, begin(), second, lapse(), end('r1', 'A', '')],
    ...synced,
    status: 'desync',
    desync: 'gap <r2',
    ends: 'applied',
    told: 'desync gap',
  },
  'a gap that is known after a run has begun counts when the run fails': {
    script: [first, begin(), lapse(), abort(true)],
    ...synced,
    status: 'desync',
    desync: 'gap',
    told: 'desync gap',
  },
  'a gap that is known before a run begins is answered by the run': {
    script: [first, begin('one'), lapse(), begin('two'), end('r1', 'A', '', 'two')],
    ...synced,
    ends: 'applied',
    told: 'desync gap',
  },
  'a gap drops events that wait for a key, which are older': {
    script: [first, unverified(second, 'new'), lapse(), key('new')],
    ...synced,
    status: 'desync',
    desync: 'gap <r2',
    told: 'unverified, desync gap',
  },
  'events that a gap has dropped count until something newer has come': {
    script: [first, unverified(third, 'new'), lapse(), second],
    ...both,
    status: 'desync',
    desync: 'gap <r3',
    told: 'unverified, desync gap',
  },
  'a wider filter leaves no base': {
    script: [first, lapse('filter'), second],
    status: 'desync',
    desync: 'filter',
    records: 'a:r1 b:r2',
    rev: 'r2',
    told: 'desync filter',
  },
  'a wider filter counts for a repo that is desync already': {
    script: [first, rejected('r2'), lapse('filter'), second],
    status: 'desync',
    desync: 'filter <r2',
    records: 'a:r1 b:r2',
    rev: 'r2',
    told: 'desync rejected',
  },
  'a wider filter voids a run that was begun with the one before': {
    script: [first, begin(), part('r2', 'B', 'a'), second, lapse('filter'), unveil('r2', 'B')],
    status: 'desync',
    desync: 'filter',
    records: 'a:r1',
    rev: 'r1',
    ends: 'void',
    told: 'desync filter',
  },
  'a host that has nothing newer cures': {
    script: [first, lapse(), confirm('r1', 100)],
    ...synced,
    told: 'desync gap',
  },
  'a host that has something else does not': {
    script: [first, lapse(), confirm('r2', 100)],
    ...synced,
    status: 'desync',
    desync: 'gap',
    told: 'desync gap',
  },
  'a host that was asked before does not cure': {
    script: [first, lapse(), confirm('r1', 2)],
    ...synced,
    status: 'desync',
    desync: 'gap',
    told: 'desync gap',
  },
  'a host that was asked before the last sign of something newer does not cure': {
    script: [first, lapse(), rejected('r2'), confirm('r1', 3)],
    ...synced,
    status: 'desync',
    desync: 'gap <r2',
    told: 'desync gap',
  },
  'a host cannot cure what has no base': {
    script: [first, lapse('filter'), confirm('r1', 100)],
    status: 'desync',
    desync: 'filter',
    records: 'a:r1',
    rev: 'r1',
    told: 'desync filter',
  },
  'a host cannot cure what has announced another state': {
    script: [first, sync('r2', 'B'), confirm('r1', 100)],
    ...synced,
    status: 'desync',
    desync: 'sync_event r2',
    told: 'desync sync_event',
  },
  'a host does not make a pending repo known': {
    script: [middle, confirm('r2', 100)],
    status: 'pending',
    records: 'b:r2',
    rev: 'r2',
    told: 'pending',
  },
  'what has no key waits, and what comes after it': {
    script: [first, unverified(second, 'new'), third],
    ...synced,
    held: 2,
    told: 'unverified',
  },
  'what has no key is the first that is heard of a repo': {
    script: [unverified(first, 'new')],
    status: 'pending',
    records: '',
    held: 1,
    told: 'pending, unverified',
  },
  'a key lets it pass, and what waits behind it': {
    script: [first, unverified(second, 'new'), third, key('new')],
    status: 'synced',
    records: 'a:r1 b:r2 c:r3',
    rev: 'r3',
    data: 'C',
    told: 'unverified',
  },
  'an event that no key fits is not waited for once its account signs with the key that is shown': {
    script: [first, unverified(second, 'new'), third, key('last')],
    ...synced,
    status: 'desync',
    desync: 'key <r3',
    told: 'unverified, desync key',
  },
  'the same goes where what came later waits for that key as well': {
    script: [first, unverified(second, 'new'), unverified(third, 'last'), key('last')],
    ...synced,
    status: 'desync',
    desync: 'key <r3',
    told: 'unverified, desync key',
  },
  'a key that does not fit yet lets it wait': {
    script: [first, unverified(second, 'new'), key('old')],
    ...synced,
    held: 1,
    told: 'unverified',
  },
  'a key that does not fit and is the last refuses it': {
    script: [first, unverified(second, 'new'), key('old', true)],
    ...synced,
    status: 'desync',
    desync: 'key <r2',
    told: 'unverified, desync key',
  },
  'a DID without a key refuses it': {
    script: [first, unverified(second, 'new'), key(undefined)],
    ...synced,
    status: 'desync',
    desync: 'key <r2',
    told: 'unverified, desync key',
  },
  'what is wrong in itself is refused with any key': {
    script: [first, unverified(second, 'nobody'), key('old')],
    ...synced,
    status: 'desync',
    desync: 'rejected <r2',
    told: 'unverified, desync rejected',
  },
  'two keys in a row each let pass what they fit': {
    script: [first, unverified(second, 'one'), unverified(third, 'two'), key('one'), key('two')],
    status: 'synced',
    records: 'a:r1 b:r2 c:r3',
    rev: 'r3',
    data: 'C',
    told: 'unverified',
  },
  'a commit that continues what is stored does not wait behind one that has no key': {
    script: [first, unverified(commit('r2', ['A', 'Z'], '+z'), 'new'), commit('r3', ['A', 'C'], '+c')],
    status: 'synced',
    records: 'a:r1 c:r3',
    rev: 'r3',
    data: 'C',
    told: 'unverified',
  },
  'a key that comes during a run is asked for again after it': {
    script: [first, begin(), unverified(second, 'new'), key('new'), end('r1', 'A', '')],
    ...synced,
    held: 1,
    ends: 'applied',
    told: 'unverified',
  },
  'what has no key and was fetched meanwhile is dropped': {
    script: [first, unverified(second, 'new'), begin(), third, end('r2', 'B', '+b')],
    status: 'synced',
    records: 'a:r1 b:r2 c:r3',
    rev: 'r3',
    data: 'C',
    ends: 'applied',
    told: 'unverified',
  },
  'a record of a collection that is not kept is left out when its key comes': {
    script: [
      first,
      unverified(
        {
          ...second,
          operations: second.operations.map((one) => ({ ...one, collection: 'org.other.thing' })),
        },
        'new',
      ),
      key('new'),
    ],
    ...synced,
    rev: 'r2',
    data: 'B',
    told: 'unverified',
  },
  'a deletion ends a run, and nothing waits any more': {
    script: [first, begin(), second, account(false, 'deleted'), end('r2', 'B', '+b')],
    status: 'deleted',
    records: '',
    ends: 'void',
    told: 'deleted',
  },
  'a run that a deletion has ended does not begin again': {
    script: [first, begin(), account(false, 'deleted'), account(true), begin(), end('r2', 'B', '+b')],
    status: 'pending',
    records: '',
    ends: 'void',
    told: 'deleted, pending',
  },
  'a deleted account is not fetched': {
    script: [first, account(false, 'deleted'), begin(), end('r2', 'B', '+b')],
    status: 'deleted',
    records: '',
    ends: 'void',
    told: 'deleted',
  },
  'an account that is not active any more during a run is hidden after it': {
    script: [first, begin(), account(false, 'takendown'), end('r2', 'B', '+b')],
    ...both,
    status: 'takendown',
    ends: 'applied',
  },
  'an account that its host is found to hide is hidden, and stays so after the run': {
    script: [first, begin(), hides('takendown'), abort()],
    ...synced,
    status: 'takendown',
  },
  'an account that its host is found to show is shown, and told of when its repo is out of sync': {
    script: [first, account(false, 'suspended'), lapse(), hides(undefined)],
    ...synced,
    status: 'desync',
    desync: 'gap',
    told: 'desync gap',
  },
  'an older answer about an account changes nothing after its event': {
    script: [first, account(false, 'suspended'), account(true), hides('suspended', 0)],
    ...synced,
  },
  'an older answer changes nothing after an event that told what was known': {
    script: [first, account(true), hides('suspended', 1)],
    ...synced,
  },
  'an answer about an account counts, whatever else has come since': {
    script: [first, account(false, 'suspended'), second, third, hides(undefined, 2)],
    ...both,
    records: 'a:r1 b:r2 c:r3',
    rev: 'r3',
    data: 'C',
  },
  'an account that was deleted and is found to be active begins again': {
    script: [first, account(false, 'deleted'), hides(undefined), commit('r0', ['X', 'Y'], '+x')],
    status: 'pending',
    records: 'x:r0',
    rev: 'r0',
    told: 'deleted, pending',
  },
  'an account that nobody knows is not made known by an answer': {
    script: [hides('takendown')],
    status: 'unknown',
    records: '',
  },
  'an account that is active again is told of when its repo is out of sync': {
    script: [first, account(false, 'suspended'), lapse(), account(true)],
    ...synced,
    status: 'desync',
    desync: 'gap',
    told: 'desync gap',
  },
  'an identity is to be looked at again': {
    script: [first, identity('new.test')],
    ...synced,
    told: 'identity',
  },
  'a handle that was looked up is set': {
    script: [first, { kind: 'handle', did: alice, handle: 'new.test' }],
    ...synced,
    handle: 'new.test',
  },
  'a handle does not make a repo known': {
    script: [{ kind: 'handle', did: alice, handle: 'new.test' }],
    status: 'unknown',
    records: '',
  },
  'nothing is left of a repo that was removed': {
    script: [first, begin(), second, { kind: 'remove', did: alice }, end('r2', 'B', '+b')],
    status: 'unknown',
    records: '',
    ends: 'void',
  },
}

/** What a host says of the account when it is asked; after all live events, unless told otherwise. */
function hides(status: string | undefined, after = 1000): BackfillEntry {
  return { kind: 'account', did: alice, after, active: status === undefined, ...(status && { status }) }
}

describe('steps of sync runs and events', () => {
  for (const [name, { script, ...expected }] of Object.entries(rows)) {
    it(`say that ${name}`, async () => {
      assert.deepEqual(await outcome(script), { ends: '', told: '', ...expected })
    })

    it(`say that ${name}, though each comes again after a crash`, async () => {
      const { ends: _, told: __, ...again } = await outcome(script, true)
      const { ends: ___, told: ____, ...once } = expected
      assert.deepEqual(again, once)
    })
  }
})

/** What becomes of Alice's repo. @param twice whether the process dies each time before it can acknowledge. */
async function outcome(script: Row['script'], twice = false) {
  using database = new Database()
  const storage = new SqliteStorage({ database })
  const search = new SqliteSearch({ database })
  const ends: string[] = []
  const notices: string[] = []
  let nowMs = 0
  const run = async (streams: Pick<Streams, 'read' | 'readable' | 'acknowledge'>) => {
    nowMs++
    await new Indexer({
      streams,
      storage,
      search,
      verifyFrame,
      keeps: (collection) => collection !== 'org.other.thing',
      now: () => nowMs,
      onEnd: (_, __, ended) => ends.push(ended),
      onDesync: (_, reason) => notices.push(`desync ${reason}`),
      onPending: () => notices.push('pending'),
      onUnverified: () => notices.push('unverified'),
      onIdentity: () => notices.push('identity'),
      onDeleted: () => notices.push('deleted'),
    }).run(AbortSignal.abort())
  }
  for (const item of script) {
    const streams = new SqliteStreams({ database })
    if ('seq' in item) await streams.append(firehoseLive, [encodeEvent(item)])
    else await streams.append(firehoseBackfill, [encodeBackfillEntry(item)])
    if (twice)
      await run({
        read: (...all) => streams.read(...all),
        readable: async () => {},
        acknowledge: async () => {},
      })
    nowMs -= Number(twice)
    await run(new SqliteStreams({ database }))
  }
  const repo = await storage.getRepo(alice)
  const stored = await Array.fromAsync(storage.scan(alice))
  const searched = await search.query({ text: 'tide', limit: 100 })
  assert.deepEqual(searched.hits.map(({ rkey }) => rkey).sort(), stored.map(({ rkey }) => rkey).sort())
  const trees = ['empty', 'A', 'B', 'C', 'D', 'X', 'Y', 'Z']
  return {
    status: repo?.status ?? 'unknown',
    records: stored
      .map(({ rkey, rev }) => `${rkey}:${rev}`)
      .sort()
      .join(' '),
    ...(repo?.rev !== undefined && { rev: repo.rev }),
    ...(repo?.data !== undefined && { data: trees.find((name) => tree(name) === repo.data) }),
    ...(repo?.desync !== undefined && { desync: told(repo.desync) }),
    ...(repo?.handle !== undefined && { handle: repo.handle }),
    ...(repo?.held !== undefined && { held: repo.held }),
    ends: ends.join(' '),
    told: [...new Set(notices)].join(', '),
  }
}

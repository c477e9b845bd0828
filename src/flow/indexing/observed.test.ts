import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import { decodeEvent, encodeEvent } from '../../model/event-bytes.ts'
import { Database } from '../../state/database.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive, observed } from '../../state/streams/streams.ts'
import { Indexer, type IndexerOptions } from './indexer.ts'
import { account, alice, bob, commit, post } from './testing/events.ts'

const first = commit('3a', ['empty', 'one'], '+a +b')
const second = commit('3b', ['one', 'two'], '~a -b')

const rows: readonly {
  readonly name: string
  readonly events: readonly RepoEvent[]
  readonly isObserved?: IndexerOptions['isObserved']
  readonly told: readonly string[]
}[] = [
  { name: 'what is applied, in its order', events: [first, second], told: ['+a', '+b', '~a', '-b'] },
  { name: 'each operation once, however often it comes', events: [first, first], told: ['+a', '+b'] },
  {
    name: 'the operations that somebody observes',
    events: [first, second],
    isObserved: ({ operation }) => operation === 'delete',
    told: ['-b'],
  },
  {
    name: 'the repos that somebody observes',
    events: [first, commit('3a', ['empty', 'one'], '+c', bob)],
    isObserved: ({ did }) => did === bob,
    told: ['+c'],
  },
  { name: 'nothing where nobody observes', events: [first], isObserved: () => false, told: [] },
  {
    name: 'nothing of an account that is hidden',
    events: [first, account(false, 'takendown'), second],
    told: ['+a', '+b'],
  },
  {
    name: 'a commit that breaks the chain as well, since it is applied',
    events: [first, commit('3c', ['other', 'three'], '+d')],
    told: ['+a', '+b', '+d'],
  },
]

describe('observers are told', () => {
  for (const { name, events, isObserved = () => true, told } of rows)
    it(name, async () => {
      const { index, streams } = setUp(isObserved)
      await index(events)
      assert.deepEqual(await toldBy(streams), told)
    })

  it('what waits for a sync run once it is applied, and not before', async () => {
    const { index, storage, streams } = setUp(() => true)
    await index([first])
    const repo = await storage.getRepo(alice)
    assert.ok(repo)
    const run = { ticket: 't', before: 'synced' } as const
    await storage.apply([{ repo: { ...repo, content: 'syncing', status: 'syncing', run } }])
    await index([second])
    assert.deepEqual(await toldBy(streams), ['+a', '+b'])
    const { run: _, ...after } = repo
    await storage.apply([{ repo: { ...after, held: 1 } }])
    await index([])
    assert.deepEqual(await toldBy(streams), ['+a', '+b', '~a', '-b'])
  })

  it('nothing of changes that cannot be stored', async () => {
    const { storage, streams } = setUp(() => true)
    const repo = { did: alice, status: 'pending', content: 'pending', updatedAtMs: 1 } as const
    const unveil = { data: 'never staged' }
    await assert.rejects(storage.apply([{ repo, unveil }], [encodeEvent(first)]), InvalidError)
    assert.deepEqual(await toldBy(streams), [])
    await storage.apply([{ repo }], [encodeEvent(first)])
    assert.deepEqual(await toldBy(streams), ['+a', '+b'])
  })
})

function setUp(isObserved: NonNullable<IndexerOptions['isObserved']>) {
  const database = new Database()
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database, streams })
  const search = new SqliteSearch({ database })
  const index = async (events: readonly RepoEvent[]) => {
    await streams.append(firehoseLive, events.map(encodeEvent))
    await new Indexer({ streams, storage, search, isObserved }).run(AbortSignal.abort())
  }
  return { index, storage, streams }
}

/** What a reader that begins anew finds. */
async function toldBy(streams: SqliteStreams): Promise<readonly string[]> {
  const entries = await streams.read(observed, `reader ${++readers}`, 100)
  return entries.flatMap(({ payload }) => {
    const event = decodeEvent(payload)
    assert.equal(event.kind, 'commit')
    if (event.kind !== 'commit') return []
    return event.operations.map(({ op, collection, rkey }) => {
      assert.equal(collection, post)
      return `${{ create: '+', update: '~', delete: '-' }[op]}${rkey}`
    })
  })
}

let readers = 0

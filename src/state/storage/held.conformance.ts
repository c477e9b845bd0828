import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { FieldIndex } from './record-terms.ts'
import { alice, bob, carol, makeRecord, post, repo } from './storage.conformance.ts'
import type { RepoState, Storage } from './storage.ts'

/** What every storage must do with what waits, and with what is known of repos beside their records. */
export function heldConformance(open: (index: readonly FieldIndex[]) => Promise<Storage>): void {
  describe('held events', () => {
    it('come back in order and are released from the oldest on', async () => {
      await using storage = await open([])
      await storage.apply([
        { repo: repo(alice), hold: payloads(1, 2) },
        { repo: repo(bob), hold: payloads(10) },
        { repo: repo(alice), hold: payloads(3, 4) },
      ])
      assert.deepEqual(await heldOf(storage, alice), [1, 2, 3, 4])
      assert.deepEqual(await heldOf(storage, alice, 3), [1, 2, 3])
      const [, second] = await storage.held(alice, 9)
      const release = second?.id ?? 0
      await storage.apply([{ repo: repo(alice), release, hold: payloads(5) }])
      assert.deepEqual(await heldOf(storage, alice), [3, 4, 5])
      await storage.apply([{ repo: repo(alice), release }])
      assert.deepEqual(await heldOf(storage, alice), [3, 4, 5])
      assert.deepEqual(await heldOf(storage, bob), [10])
      assert.deepEqual(await heldOf(storage, carol), [])
    })

    it('get numbers that grow, also after all were released', async () => {
      await using storage = await open([])
      const ids: number[] = []
      for (let round = 0; round < 3; round++) {
        await storage.apply([{ repo: repo(alice), hold: payloads(round) }])
        const [held] = await storage.held(alice, 9)
        assert.ok(held)
        ids.push(held.id)
        await storage.apply([{ repo: repo(alice), release: held.id }])
      }
      assert.deepEqual(
        ids,
        [...new Set(ids)].sort((a, b) => a - b),
      )
    })

    it('are counted by the storage, whatever a change says', async () => {
      await using storage = await open([])
      const heldBy = async (did: Did) => [
        (await storage.getRepo(did))?.held,
        (await storage.withHeld(undefined, 9)).find((one) => one.did === did)?.held,
      ]
      await storage.apply([{ repo: repo(alice, { held: 9 }), hold: payloads(1, 2) }, { repo: repo(bob) }])
      assert.deepEqual(await heldBy(alice), [2, 2])
      await storage.apply([{ repo: repo(alice) }, { repo: repo(bob, { held: 3 }) }])
      assert.deepEqual(await heldBy(alice), [2, 2])
      assert.deepEqual(await heldBy(bob), [undefined, undefined])
      assert.equal((await storage.totals()).heldEvents, 2)
      const [first, second] = await storage.held(alice, 9)
      await storage.apply([{ repo: repo(alice), release: first?.id ?? 0 }])
      assert.deepEqual(await heldBy(alice), [1, 1])
      await storage.apply([{ repo: repo(alice), release: second?.id ?? 0 }])
      assert.deepEqual(await heldBy(alice), [undefined, undefined])
      assert.equal((await storage.totals()).heldEvents, 0)
    })

    it('name the repos that have some, page by page', async () => {
      await using storage = await open([])
      const dids = ['e', 'b', 'd', 'a', 'c'].map((letter): Did => `did:plc:${letter}`)
      for (const did of dids)
        await storage.apply([{ repo: repo(did), hold: did === 'did:plc:d' ? [] : payloads(1) }])
      const pages: string[] = []
      for (let after: Did | undefined; ; ) {
        const page = await storage.withHeld(after, 2)
        if (page.length === 0) break
        pages.push(page.map(({ did }) => did.at(-1)).join(''))
        after = page.at(-1)?.did
      }
      assert.deepEqual(pages, ['ab', 'ce'])
    })

    it('name the repos that have waited longest where more wait than may', async () => {
      await using storage = await open([])
      for (const [did, ...numbers] of [
        [alice, 1, 2],
        [bob, 3],
        [carol, 4, 5],
      ] as const)
        await storage.apply([{ repo: repo(did), hold: payloads(...numbers) }])
      const plenty = { events: 100, bytes: 1_000_000 }
      const bytes = (await storage.held(alice, 1))[0]?.payload.length ?? 0
      const beyond = (limits: Partial<typeof plenty>) => storage.heldBeyond({ ...plenty, ...limits })
      assert.deepEqual(await beyond({ events: 5, bytes: 5 * bytes }), [])
      assert.deepEqual(await beyond({ events: 4 }), [alice])
      assert.deepEqual(await beyond({ bytes: 4 * bytes }), [alice])
      assert.deepEqual(await beyond({ bytes: 3 * bytes - 1 }), [alice, bob])
      await storage.apply([{ repo: repo(alice, { status: 'syncing', content: 'syncing' }) }])
      assert.deepEqual(await beyond({ events: 4 }), [bob])
      await storage.apply([
        { repo: repo(carol), release: Number.MAX_SAFE_INTEGER },
        { repo: repo(bob), remove: true },
      ])
      assert.deepEqual(await beyond({ bytes: 2 * bytes }), [])
    })

    it('outlive a clear, and stay where they were when the changes fail', async () => {
      await using storage = await open([])
      await storage.apply([{ repo: repo(alice), hold: payloads(1, 2) }])
      await storage.apply([{ repo: repo(alice), clear: true }])
      const bad = { ...makeRecord(bob, post, 'b', {}), rev: null as unknown as string }
      const [first] = await storage.held(alice, 1)
      await assert.rejects(
        storage.apply([
          { repo: repo(alice), release: first?.id ?? 0, hold: payloads(3, 4) },
          { repo: repo(bob), puts: [bad] },
        ]),
        InvalidError,
      )
      assert.deepEqual(await heldOf(storage, alice), [1, 2])
      assert.equal((await storage.getRepo(alice))?.held, 2)
      assert.equal((await storage.totals()).heldEvents, 2)
    })
  })

  describe('what is known of a repo', () => {
    it('comes back as it was saved, and goes when it is left out', async () => {
      await using storage = await open([])
      const full: RepoState = repo(alice, {
        status: 'syncing',
        content: 'syncing',
        desync: { reason: 'chain', sinceMs: 1_700_000_000_123, rev: '3kaaaaaaaaa22' },
        run: { ticket: 'one', before: 'desync' },
        confirmedAtMs: 1_700_000_000_456,
      })
      await storage.apply([{ repo: full }])
      assert.deepEqual(await storage.getRepo(alice), full)
      assert.deepEqual((await storage.listRepos({ limit: 1 })).repos, [full])
      await storage.apply([{ repo: repo(alice) }])
      assert.deepEqual(await storage.getRepo(alice), repo(alice))
      assert.deepEqual((await storage.listRepos({ limit: 1 })).repos, [repo(alice)])
    })

    it('finds those that were not confirmed since a time', async () => {
      await using storage = await open([])
      const count = 2500
      const repos = Array.from({ length: count }, (_, i) =>
        repo(`did:plc:${String(i).padStart(5, '0')}`, { ...(i > 0 && { confirmedAtMs: i }) }),
      )
      await storage.apply(repos.map((one) => ({ repo: one })))
      const list = async (confirmedBeforeMs: number, status?: 'synced' | 'error') => {
        const found: Did[] = []
        for (let cursor: string | undefined; ; ) {
          const query = { limit: 2, confirmedBeforeMs, ...(status && { status }), ...(cursor && { cursor }) }
          const page = await storage.listRepos(query)
          found.push(...page.repos.map(({ did }) => did))
          if (page.cursor === undefined) return found
          cursor = page.cursor
        }
      }
      const expected = repos.slice(0, 5).map(({ did }) => did)
      assert.deepEqual(await list(5), expected)
      assert.deepEqual(await list(5, 'synced'), expected)
      assert.deepEqual(await list(5, 'error'), [])
    })
  })

  describe('what was said', () => {
    it('of repos is kept until it is forgotten', async () => {
      await using storage = await open([])
      assert.deepEqual(await storage.tracking(), new Map())
      await storage.setTracking(alice, 'tracked')
      await storage.setTracking(bob, 'tracked')
      await storage.setTracking(carol, 'tracked')
      await storage.setTracking(bob, 'untracked')
      await storage.setTracking(carol, undefined)
      assert.deepEqual(
        await storage.tracking(),
        new Map([
          [alice, 'tracked'],
          [bob, 'untracked'],
        ]),
      )
      assert.equal(await storage.getRepo(alice), undefined)
    })

    it('under a name is kept until it is forgotten', async () => {
      await using storage = await open([])
      assert.equal(await storage.note('filter'), undefined)
      await storage.setNote('filter', 'one')
      await storage.setNote('other', '')
      await storage.setNote('filter', 'two')
      assert.deepEqual([await storage.note('filter'), await storage.note('other')], ['two', ''])
      await storage.setNote('filter', undefined)
      assert.equal(await storage.note('filter'), undefined)
    })
  })
}

function payloads(...numbers: readonly number[]): readonly Uint8Array[] {
  return numbers.map((number) => Uint8Array.of(number))
}

async function heldOf(storage: Storage, did: Did, limit = 99): Promise<readonly (number | undefined)[]> {
  return (await storage.held(did, limit)).map(({ payload }) => payload[0])
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import type { RepoEvent } from '../../model/event.ts'
import type { KeyInfo, KeySource } from './keys.ts'
import type { FirehoseOptions } from './options.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay } from './testing/test-relay.ts'
import { anyFrame, createTestRepo, type TestRepo } from './testing/test-repo.ts'
import { verifyFrame } from './verify-frame.ts'

const didOf = (index: number): Did =>
  `did:plc:${'abcdefghijklmnopqrstuvwx'.slice(0, 23)}${String.fromCharCode(97 + index)}`

/** Knows nothing until it is asked, and answers when the test wants it to. */
class SlowKeys implements KeySource {
  readonly #known = new Map<Did, KeyInfo>()
  readonly #repos: readonly TestRepo[]
  readonly asked: Did[] = []
  readonly #answers = new Map<Did, PromiseWithResolvers<void>>()
  running = 0
  mostRunning = 0

  constructor(repos: readonly TestRepo[]) {
    this.#repos = repos
  }

  peek(did: Did) {
    return this.#known.get(did)
  }

  async resolve(did: Did): Promise<KeyInfo> {
    this.asked.push(did)
    this.mostRunning = Math.max(this.mostRunning, ++this.running)
    await this.#answer(did).promise
    this.running -= 1
    const repo = this.#repos.find((repo) => repo.did === did) as TestRepo
    const info = { signingKey: repo.multikey }
    this.#known.set(did, info)
    return info
  }

  answer(did: Did): void {
    this.#answer(did).resolve()
  }

  #answer(did: Did): PromiseWithResolvers<void> {
    const answer = this.#answers.get(did) ?? Promise.withResolvers<void>()
    this.#answers.set(did, answer)
    return answer
  }

  forget(): void {}
}

async function setup(
  repos: readonly TestRepo[],
  identity: KeySource,
  options: Partial<FirehoseOptions> = {},
) {
  const frames: Buffer[] = []
  for (const [index, repo] of repos.entries()) frames.push(await repo.createFrame(index + 1))
  const stack = new AsyncDisposableStack()
  const relay = stack.use(await TestRelay.start())
  for (const [index, frame] of frames.entries()) relay.emit(index + 1, frame)
  const harness = stack.use(new Harness({ relay: relay.url, identity, ...options }))
  return { relay, harness, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** Longer than any test takes. */
const patient = { lookupWaitMs: 60_000 }

const kinds = (events: readonly RepoEvent[]) => events.map(({ kind }) => kind)

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('keys that are not known yet', () => {
  it('are looked up together, and their events leave in order', async () => {
    const repos = await Promise.all(Array.from({ length: 20 }, (_, index) => createTestRepo(didOf(index))))
    const identity = new SlowKeys(repos)
    await using test = await setup(repos, identity, { lookups: 6, ...patient })
    const next = test.harness.until(20)
    for (let answered = 0; answered < 20; ) {
      while (identity.running < Math.min(6, 20 - answered)) await turn()
      // The last to be asked for is the first to be answered.
      const did = identity.asked.at(-1 - (answered % 3)) as Did
      for (const asked of [did, ...identity.asked]) identity.answer(asked)
      answered = identity.asked.length
      await turn()
    }
    assert.deepEqual(
      (await next).map(({ kind, seq }) => [kind, seq]),
      Array.from({ length: 20 }, (_, index) => ['commit', index + 1]),
    )
    assert.equal(identity.mostRunning, 6)
  })

  it('keep the place of their events for a while', async () => {
    const repos = await Promise.all([createTestRepo(didOf(0)), createTestRepo(didOf(1))])
    const identity = new SlowKeys(repos)
    await using test = await setup(repos, identity, patient)
    const next = test.harness.until(2)
    while (identity.asked.length < 2) await turn()
    identity.answer(didOf(1))
    await turn()
    assert.equal(test.harness.seq, undefined)
    identity.answer(didOf(0))
    assert.deepEqual(kinds(await next), ['commit', 'commit'])
  })

  it('hold up nothing for longer: their events leave with their frames, which the key verifies later', async () => {
    const repos = await Promise.all([createTestRepo(didOf(0)), createTestRepo(didOf(1))])
    const [slow, known] = repos
    const identity = new SlowKeys(repos)
    identity.answer(known.did)
    await using test = await setup(repos, identity, { lookupWaitMs: 30 })
    const [unverified, commit] = await test.harness.until(2)
    assert.ok(unverified?.kind === 'unverified')
    assert.deepEqual([unverified.did, unverified.seq, commit?.kind], [slow.did, 1, 'commit'])
    const verified = verifyFrame(unverified.frame, slow.multikey)
    assert.deepEqual([verified.kind, verified.seq, verified.rev], ['commit', 1, unverified.rev])
    assert.deepEqual(test.harness.counts('reject'), {})

    // What comes while the look-up is under way does not wait for it again, and what comes after it needs not.
    test.relay.emit(3, await slow.createFrame(3))
    assert.deepEqual(kinds(await test.harness.until(3)), ['unverified'])
    identity.answer(slow.did)
    while (!identity.peek(slow.did)) await turn()
    test.relay.emit(4, await slow.createFrame(4))
    assert.deepEqual(kinds(await test.harness.until(4)), ['commit'])
    assert.equal(identity.asked.filter((did) => did === slow.did).length, 1)
  })

  it('are not waited for while the queue is more than half full', async () => {
    const repos = await Promise.all(Array.from({ length: 8 }, (_, index) => createTestRepo(didOf(index))))
    const identity = new SlowKeys(repos)
    await using test = await setup(repos, identity, { maxQueuedFrames: 8, ...patient })
    const next = test.harness.until(8)
    await test.harness.reported('event commit', 8)
    for (const { did } of repos.slice(0, 5)) identity.answer(did)
    assert.deepEqual(kinds(await next), [...Array(5).fill('commit'), ...Array(3).fill('unverified')])
  })

  it('wait for room no longer than for an answer', async () => {
    const repos = await Promise.all(Array.from({ length: 4 }, (_, index) => createTestRepo(didOf(index))))
    const identity = new SlowKeys(repos)
    await using test = await setup(repos, identity, { lookups: 1, lookupWaitMs: 20 })
    assert.deepEqual(kinds(await test.harness.until(4)), Array(4).fill('unverified'))
    assert.deepEqual(identity.asked, [repos[0]?.did])
    // What had no room just now does not try again at once.
    const last = repos[3] as TestRepo
    test.relay.emit(5, await last.createFrame(5))
    const next = test.harness.until(5)
    await test.harness.reported('event commit', 5)
    for (const { did } of repos) identity.answer(did)
    assert.deepEqual(kinds(await next), ['unverified'])
  })

  const failures: Record<string, () => Error> = {
    'does not answer': () => new UpstreamError('the directory is away'),
    'says that it was asked too often': () => new RateLimitedError('429', 30_000),
  }
  for (const [what, failure] of Object.entries(failures)) {
    it(`make no bad signature of a directory that ${what}, which is not asked again at once`, async () => {
      const repo = await createTestRepo(didOf(0))
      let asked = 0
      const identity: KeySource = {
        peek: () => undefined,
        forget: () => {},
        resolve: async () => {
          asked += 1
          throw failure()
        },
      }
      await using test = await setup([repo], identity, patient)
      assert.deepEqual(kinds(await test.harness.until(1)), ['unverified'])
      for (let seq = 2; seq < 5; seq++) test.relay.emit(seq, await repo.createFrame(seq))
      assert.deepEqual(kinds(await test.harness.until(4)), Array(3).fill('unverified'))
      assert.deepEqual([asked, test.harness.counts('reject')], [1, {}])
      test.relay.emit(5, anyFrame('#identity', { seq: 5, did: repo.did, time: new Date().toISOString() }))
      test.relay.emit(6, await repo.createFrame(6))
      assert.deepEqual(kinds(await test.harness.until(6)), ['identity', 'unverified'])
      assert.equal(asked, 2)
    })
  }

  it('are asked for once, however many of their events wait', async () => {
    const repo = await createTestRepo(didOf(0))
    const identity = new SlowKeys([repo])
    await using test = await setup([repo, repo, repo, repo], identity, patient)
    const next = test.harness.until(4)
    while (test.harness.count('event commit') < 4) await turn()
    identity.answer(repo.did)
    assert.deepEqual(kinds(await next), Array(4).fill('commit'))
    assert.equal(identity.asked.length, 1)
  })

  const absences: Record<string, () => Promise<KeyInfo>> = {
    'does not exist': async () => {
      throw new InvalidError('no such DID')
    },
    'has a key of another kind': async () => ({
      signingKey: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    }),
  }
  for (const [what, resolve] of Object.entries(absences)) {
    it(`are told when the DID ${what}`, async () => {
      const repo = await createTestRepo(didOf(0))
      const identity: KeySource = { peek: () => undefined, forget: () => {}, resolve }
      await using test = await setup([repo], identity, patient)
      const [event] = await test.harness.until(1)
      assert.ok(event?.kind === 'rejected')
      assert.deepEqual([event.did, event.reason], [repo.did, 'key'])
      assert.deepEqual(test.harness.counts('reject'), { signature: 1 })
    })
  }
})

describe('a key that has changed', () => {
  it('is asked for once more when a signature does not fit', async () => {
    const [before, after] = await Promise.all([
      createTestRepo(didOf(0), 'old'),
      createTestRepo(didOf(0), 'new'),
    ])
    let current: KeyInfo = { signingKey: before.multikey }
    const asked: unknown[] = []
    const identity: KeySource = {
      peek: () => current,
      forget: () => {},
      resolve: async (_, options) => {
        asked.push(options?.refresh)
        current = { signingKey: after.multikey }
        return current
      },
    }
    await using test = await setup([before, after, after], identity)
    assert.equal((await test.harness.until(3)).length, 3)
    assert.deepEqual(asked, [true])
  })

  it('is forgotten when its identity is said to have changed', async () => {
    const repo = await createTestRepo(didOf(0))
    const forgotten: Did[] = []
    const identity = Object.assign(new KnownKeys([repo]), { forget: (did: Did) => forgotten.push(did) })
    await using test = await setup([repo], identity)
    test.relay.emit(2, anyFrame('#identity', { seq: 2, did: repo.did, time: new Date().toISOString() }))
    await test.harness.until(2)
    assert.deepEqual(forgotten, [repo.did])
  })

  it('may be known to the directory later: what no key fits leaves as it came, after one request', async () => {
    const [repo, rotated] = await Promise.all([createTestRepo(didOf(0)), createTestRepo(didOf(0), 'new')])
    const identity = new KnownKeys([repo])
    await using test = await setup([rotated, repo], identity)
    const [unverified, commit] = await test.harness.until(2)
    assert.ok(unverified?.kind === 'unverified')
    assert.equal(commit?.kind, 'commit')
    assert.deepEqual(identity.asked, [`${repo.did}!`])
    assert.deepEqual(test.harness.counts('reject'), {})
    assert.throws(() => verifyFrame(unverified.frame, repo.multikey), { name: 'WrongKey' })
    assert.equal(verifyFrame(unverified.frame, rotated.multikey).kind, 'commit')
  })

  it('is not needed where nothing is verified', async () => {
    const repo = await createTestRepo(didOf(0))
    const identity = new KnownKeys([])
    await using test = await setup([repo], identity, { verify: 'none' })
    assert.equal((await test.harness.until(1)).length, 1)
    assert.deepEqual(identity.asked, [])
  })
})

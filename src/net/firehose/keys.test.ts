import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { UpstreamError } from '../../model/errors.ts'
import { createLog } from '../../model/log.ts'
import type { KeyInfo, KeySource } from './keys.ts'
import type { FirehoseOptions } from './options.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay } from './testing/test-relay.ts'
import { anyFrame, createTestRepo, type TestRepo } from './testing/test-repo.ts'

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

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('keys that are not known yet', () => {
  it('are looked up together, and their events leave in order', async () => {
    const repos = await Promise.all(Array.from({ length: 20 }, (_, index) => createTestRepo(didOf(index))))
    const identity = new SlowKeys(repos)
    await using test = await setup(repos, identity, { lookups: 6 })
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
      (await next).map(({ seq }) => seq),
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    assert.equal(identity.mostRunning, 6)
  })

  it('hold up what comes after them until they are known', async () => {
    const repos = await Promise.all([createTestRepo(didOf(0)), createTestRepo(didOf(1))])
    const identity = new SlowKeys(repos)
    await using test = await setup(repos, identity)
    const next = test.harness.until(2)
    while (identity.asked.length < 2) await turn()
    identity.answer(didOf(1))
    await turn()
    assert.equal(test.harness.seq, undefined)
    identity.answer(didOf(0))
    assert.equal((await next).length, 2)
  })

  it('lose no event while the directory is away, which is reported once', async () => {
    const repo = await createTestRepo(didOf(0))
    const known = new KnownKeys([repo])
    let failures = 0
    const identity: KeySource = {
      peek: () => undefined,
      forget: () => {},
      resolve: async (did) => {
        if (++failures < 8) throw new UpstreamError('the directory is away')
        return known.resolve(did)
      },
    }
    const lines: string[] = []
    const log = createLog({ write: (line) => lines.push(line) })
    await using test = await setup([repo], identity, { log, strangerTimeoutMs: 1 })
    assert.equal((await test.harness.until(1)).length, 1)
    assert.equal(lines.filter((line) => line.includes('has stopped answering')).length, 1)
    assert.equal(lines.filter((line) => line.includes('answers again')).length, 1)
    assert.deepEqual(test.harness.counts('reject'), {})
  })

  it('do not let the silent host of a stranger hold up everybody', async () => {
    for (const silence of ['never answers', 'always fails']) {
      const [stranger, known] = await Promise.all([
        createTestRepo('did:web:silent.example'),
        createTestRepo(didOf(0)),
      ])
      const keys = new KnownKeys([known])
      const identity: KeySource = {
        peek: (did) => keys.peek(did),
        forget: () => {},
        resolve: (_, { signal } = {}) =>
          silence === 'always fails'
            ? Promise.reject(new UpstreamError('it fails'))
            : new Promise((_, reject) =>
                signal?.addEventListener('abort', () => reject(new UpstreamError('too long'))),
              ),
      }
      await using test = await setup([stranger, known], identity, { strangerTimeoutMs: 20 })
      assert.deepEqual(
        (await test.harness.until(2)).map(({ did }) => did),
        [known.did],
      )
      assert.deepEqual(test.harness.counts('reject'), { signature: 1 })
    }
  })
})

describe('a DID for which there is no answer', () => {
  it('is not waited for twice in a row', async () => {
    const stranger = await createTestRepo('did:web:silent.example')
    let asked = 0
    const identity: KeySource = {
      peek: () => undefined,
      forget: () => {},
      resolve: (_, { signal } = {}) => {
        asked += 1
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new UpstreamError('away'))),
        )
      },
    }
    await using test = await setup([stranger], identity, { strangerTimeoutMs: 20 })
    assert.deepEqual(await test.harness.until(1), [])
    for (let seq = 2; seq < 5; seq++) test.relay.emit(seq, await stranger.createFrame(seq))
    assert.deepEqual(await test.harness.until(4), [])
    assert.deepEqual([asked, test.harness.counts('reject')], [1, { signature: 4 }])
  })

  it('is given up when the directory answers for others', async () => {
    const [broken, known] = await Promise.all([createTestRepo(didOf(0)), createTestRepo(didOf(1))])
    const keys = new KnownKeys([known])
    let asked = 0
    const identity: KeySource = {
      peek: () => undefined,
      forget: () => {},
      resolve: async (did) => {
        if (did === known.did) return keys.resolve(did)
        asked += 1
        throw new UpstreamError('500')
      },
    }
    await using test = await setup([broken, known], identity)
    assert.deepEqual(
      (await test.harness.until(2)).map(({ did }) => did),
      [known.did],
    )
    assert.equal(asked, 11)
  })

  it('is asked for once, however many of its events wait', async () => {
    const repo = await createTestRepo(didOf(0))
    const identity = new SlowKeys([repo])
    await using test = await setup([repo, repo, repo, repo], identity)
    const next = test.harness.until(4)
    while (test.harness.count('event commit') < 4) await turn()
    identity.answer(repo.did)
    assert.equal((await next).length, 4)
    assert.equal(identity.asked.length, 1)
  })
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

  it('does not help a forger, who is refused after one request', async () => {
    const [repo, forger] = await Promise.all([createTestRepo(didOf(0)), createTestRepo(didOf(0), 'forged')])
    const identity = new KnownKeys([repo])
    await using test = await setup([forger, repo], identity)
    assert.deepEqual(
      (await test.harness.until(2)).map(({ seq }) => seq),
      [2],
    )
    assert.deepEqual(identity.asked, [`${repo.did}!`])
    assert.deepEqual(test.harness.counts('reject'), { signature: 1 })
  })

  it('is not needed where nothing is verified', async () => {
    const repo = await createTestRepo(didOf(0))
    const identity = new KnownKeys([])
    await using test = await setup([repo], identity, { verify: 'none' })
    assert.equal((await test.harness.until(1)).length, 1)
    assert.deepEqual(identity.asked, [])
  })
})

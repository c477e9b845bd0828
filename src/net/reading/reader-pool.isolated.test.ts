import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConflictError } from '../../model/errors.ts'
import { emptyTree } from '../../model/event.ts'
import { cidText } from '../repo/cid.ts'
import { MissingBlock, Rejection, WrongKey } from '../repo/rejection.ts'
import { ReaderPanic } from './reader-panic.ts'
import { ReaderPool, type ReaderPoolOptions } from './reader-pool.ts'
import { carOf, inChunks, type MadeRepo, makeRepo, somePosts } from './testing/made-repo.ts'
import { contentOf, type Reader, readWith, storedAs } from './testing/read.ts'

describe('a pool of readers', () => {
  let folder: string
  let repo: MadeRepo
  let car: Uint8Array

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pool-'))
    repo = await makeRepo(somePosts(2000))
    car = carOf(repo, repo.blocks)
  })

  after(() => rmSync(folder, { recursive: true }))

  const createPool = (options: Partial<ReaderPoolOptions> = {}) =>
    new ReaderPool({ folder, size: 1, memoryBytes: 100_000, ...options })
  const readerOf =
    (pool: ReaderPool): Reader =>
    (...request) =>
      pool.read(...request)

  it('reads as it is read on this thread', async () => {
    await using pool = createPool()
    for (const chunkBytes of [997, 65_536, car.length]) {
      const { content, result } = await readWith(readerOf(pool), repo, car, { chunkBytes })
      assert.deepEqual(content, contentOf(repo))
      assert.equal(result.records, 2000)
    }
  })

  it('asks for what is missing', async () => {
    await using pool = createPool()
    const { content, result } = await readWith(readerOf(pool), repo, carOf(repo, [repo.commit]), {
      onMissing: (cids) => {
        const wanted = new Set(cids)
        return inChunks(
          carOf(
            repo,
            repo.blocks.filter(({ cid }) => wanted.has(cidText(cid))),
          ),
        )
      },
    })
    assert.deepEqual(content, contentOf(repo))
    assert.equal(result.missing, repo.blocks.length - 1)
  })

  it('does not let one that waits for its host hold others up', async () => {
    await using pool = createPool()
    const held = Promise.withResolvers<void>()
    async function* slow() {
      yield car.subarray(0, 100_000)
      await held.promise
      yield car.subarray(100_000)
    }
    const waiting = readWith(readerOf(pool), repo, slow())
    const others = Array.from({ length: 5 }, () => readWith(readerOf(pool), repo, car))
    for (const { content } of await Promise.all(others)) assert.deepEqual(content, contentOf(repo))
    held.resolve()
    assert.deepEqual((await waiting).content, contentOf(repo))
  })

  it('gives a part only when the one before is taken', async () => {
    await using pool = createPool()
    let under = 0
    let given = 0
    const request = { did: repo.did, signingKey: repo.multikey, ticket: 'run' }
    await pool.read(inChunks(car), request, {
      onPart: async (bytes) => {
        assert.equal(++under, 1)
        given++
        await new Promise((resolve) => setImmediate(resolve))
        under--
        return given % 2 === 0 ? bytes.buffer : undefined
      },
    })
    assert.equal(given, 5)
  })

  it('passes on which rule was broken', async () => {
    await using pool = createPool()
    const reader = readerOf(pool)
    const multikey = 'zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'
    const failures: readonly (readonly [() => Promise<unknown>, new (...args: never) => Error, string?])[] = [
      [() => readWith(reader, { multikey }, car), WrongKey, 'signature'],
      [() => readWith(reader, repo, car.subarray(0, 1000)), Rejection, 'decode'],
      [() => readWith(reader, repo, carOf(repo, [repo.commit])), MissingBlock, 'mst'],
      [() => readWith(reader, repo, car, { minRev: 'z' }), ConflictError],
    ]
    for (const [reading, kind, reason] of failures) {
      await assert.rejects(reading(), (error: Error & { reason?: string }) => {
        assert.ok(error instanceof kind)
        assert.equal(error.reason, reason)
        return true
      })
    }
  })

  it('passes on what the chunks and the callbacks throw, and ends the job', async () => {
    await using pool = createPool()
    const broken = new Error('connection reset')
    async function* breaking() {
      yield car.subarray(0, 200_000)
      throw broken
    }
    await assert.rejects(readWith(readerOf(pool), repo, breaking()), broken)
    const request = { did: repo.did, signingKey: repo.multikey, ticket: 'run' }
    await assert.rejects(pool.read(inChunks(car), request, { onPart: () => Promise.reject(broken) }), broken)
    const onMissing = () => Promise.reject(broken)
    await assert.rejects(readWith(readerOf(pool), repo, carOf(repo, [repo.commit]), { onMissing }), broken)
    assert.deepEqual((await readWith(readerOf(pool), repo, car)).content, contentOf(repo))
    assert.deepEqual(readdirSync(folder), [])
  })

  it('stops asking for chunks once a rule is broken', async () => {
    await using pool = createPool()
    let isEnded = false
    async function* endless() {
      try {
        yield car
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve))
          yield new Uint8Array(70_000).fill(0xff)
        }
      } finally {
        isEnded = true
      }
    }
    await assert.rejects(readWith(readerOf(pool), repo, endless()), { name: 'Rejection', reason: 'decode' })
    while (!isEnded) await new Promise((resolve) => setImmediate(resolve))
  })

  it('ends a job when it is told to, whatever that waits for', async () => {
    await using pool = createPool()
    const never = new Promise<never>(() => {})
    const waits: readonly ((abort: () => void) => Parameters<typeof readWith>)[] = [
      (abort) => [
        readerOf(pool),
        repo,
        (async function* () {
          yield car.subarray(0, 200_000)
          abort()
          yield await never
        })(),
      ],
      (abort) => [
        readerOf(pool),
        repo,
        carOf(repo, [repo.commit]),
        {
          onMissing: () => {
            abort()
            return never
          },
        },
      ],
      (abort) => [
        (chunks, options, { signal }) =>
          pool.read(chunks, options, {
            onPart: () => {
              abort()
              return never
            },
            ...(signal && { signal }),
          }),
        repo,
        car,
      ],
    ]
    for (const wait of waits) {
      const abort = new AbortController()
      const reason = new Error('took too long')
      const [reader, made, file, request] = wait(() => abort.abort(reason))
      await assert.rejects(readWith(reader, made, file, { ...request, signal: abort.signal }), reason)
      await assert.rejects(readWith(reader, made, file, { signal: abort.signal }), reason)
    }
    assert.deepEqual((await readWith(readerOf(pool), repo, car)).content, contentOf(repo))
  })

  it('replaces a thread that dies, whose jobs fail; those of another thread go on', async () => {
    await using pool = createPool({ size: 2, heapMb: 16 })
    const held = Promise.withResolvers<void>()
    async function* slow() {
      yield car.subarray(0, 100_000)
      await held.promise
      yield car.subarray(100_000)
    }
    const other = readWith(readerOf(pool), repo, slow())
    const stored = storedAs(
      Array.from({ length: 200_000 }, (_, index) => [`app.bsky.feed.post/${index}`, emptyTree] as const),
    )
    await assert.rejects(readWith(readerOf(pool), repo, car, { stored }), (error) => {
      assert.ok(error instanceof ReaderPanic)
      assert.equal(error.type, 'internal')
      return true
    })
    held.resolve()
    assert.deepEqual((await other).content, contentOf(repo))
    const again = await Promise.all([1, 2].map(() => readWith(readerOf(pool), repo, car)))
    for (const { content } of again) assert.deepEqual(content, contentOf(repo))
  })

  it('is at fault from the death of its last thread until another has run for a while', async () => {
    await using pool = createPool({ heapMb: 16 })
    const fault = () => pool.fault
    await readWith(readerOf(pool), repo, car)
    assert.equal(fault(), undefined)
    const stored = storedAs(
      Array.from({ length: 200_000 }, (_, index) => [`app.bsky.feed.post/${index}`, emptyTree] as const),
    )
    await assert.rejects(readWith(readerOf(pool), repo, car, { stored }), ReaderPanic)
    assert.match(fault()?.reason ?? '', /no thread is left .*memory/)
    // Nobody reads meanwhile.
    while (fault() !== undefined) await sleep(20)
    assert.deepEqual((await readWith(readerOf(pool), repo, car)).content, contentOf(repo))
  })

  it('says what went wrong where that is nobody else’s fault', async () => {
    await using pool = createPool()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    try {
      await assert.rejects(readWith(readerOf(pool), repo, car), {
        name: 'ReaderPanic',
        message: /EEXIST|ENOTDIR/,
      })
    } finally {
      rmSync(folder)
    }
    assert.deepEqual((await readWith(readerOf(pool), repo, car)).content, contentOf(repo))
  })

  it('fails what it reads when it is disposed, and reads nothing afterwards', async () => {
    const pool = createPool()
    async function* slow() {
      yield car.subarray(0, 100_000)
      await new Promise<never>(() => {})
    }
    const reading = assert.rejects(readWith(readerOf(pool), repo, slow()), { name: 'ReaderPanic' })
    await pool[Symbol.asyncDispose]()
    await reading
    await assert.rejects(readWith(readerOf(pool), repo, car), /disposed/)
  })

  it('removes at its start what an earlier process has left, and nothing else', async () => {
    writeFileSync(join(folder, '1-2-3.blocks'), 'left')
    writeFileSync(join(folder, 'other'), 'mine')
    await using _pool = createPool()
    assert.deepEqual(readdirSync(folder), ['other'])
    rmSync(join(folder, 'other'))
  })

  it('finds its program where it is built', () => {
    const { files } = JSON.parse(
      readFileSync(new URL('../../../tsconfig.build.json', import.meta.url), 'utf8'),
    )
    assert.ok(files.includes('src/net/reading/worker.ts'))
  })
})

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRandom } from '../../demo/random.ts'
import { emptyTree } from '../../model/event.ts'
import { type Block, blockOf, encodeBlock } from '../repo/block.ts'
import { cidText } from '../repo/cid.ts'
import { carOf, inChunks, keyOf, type MadeRepo, makeRepo, post, somePosts } from './testing/made-repo.ts'
import { contentOf, createPlace, readerAt, readWith, storedAs, type TestPlace } from './testing/read.ts'

describe('reading a repo', () => {
  let inMemory: TestPlace
  let inFile: TestPlace
  let repo: MadeRepo

  before(async () => {
    inMemory = createPlace()
    inFile = createPlace({ memoryBytes: 10_000 })
    repo = await makeRepo(somePosts(1000))
  })

  after(() => {
    inMemory[Symbol.dispose]()
    inFile[Symbol.dispose]()
  })

  const places = { memory: () => inMemory, 'a file': () => inFile }
  for (const [name, place] of Object.entries(places)) {
    it(`gives every record in the order of the paths, by way of ${name}`, async () => {
      const { content, result, parts, end } = await readWith(
        readerAt(place()),
        repo,
        carOf(repo, repo.blocks),
      )
      assert.deepEqual(content, contentOf(repo))
      assert.deepEqual(Object.keys(content), [...repo.records.keys()].sort())
      assert.deepEqual(
        parts.map(({ puts }) => puts.length),
        [400, 400, 200],
      )
      assert.deepEqual(
        { staged: end.staged, puts: end.puts, deletes: end.deletes },
        { staged: true, puts: [], deletes: [] },
      )
      const { end: _, ...rest } = result
      assert.deepEqual(rest, {
        cid: cidText(repo.commit.cid),
        rev: repo.rev,
        data: repo.data,
        isStaged: true,
        parts: 3,
        records: 1000,
        filtered: 0,
        odd: {},
        sizeBytes: carOf(repo, repo.blocks).length,
        missing: 0,
      })
    })

    it(`takes blocks in any order and repeated, besides others, by way of ${name}`, async () => {
      const random = createRandom('orders')
      const small = await makeRepo(somePosts(150))
      const strays = Array.from({ length: 20 }, (_, index) => encodeBlock({ stray: index }))
      for (let round = 0; round < 30; round++) {
        const blocks = shuffled([...small.blocks, ...small.blocks.slice(round), ...strays], random)
        const { content } = await readWith(readerAt(place()), small, carOf(small, blocks), {
          chunkBytes: 1 + random.int(20_000),
        })
        assert.deepEqual(content, contentOf(small))
      }
    })

    it(`takes chunks of any size, by way of ${name}`, async () => {
      const small = await makeRepo(somePosts(100))
      const car = carOf(small, small.blocks)
      for (const chunkBytes of [1, 2, 3, 37, 997, car.length]) {
        const { content } = await readWith(readerAt(place()), small, car, { chunkBytes })
        assert.deepEqual(content, contentOf(small))
      }
    })
  }

  it('moves to a file when the memory for all is used up, and gives back what it took', async () => {
    const { MemoryBudget } = await import('./memory-budget.ts')
    const budget = new MemoryBudget(100_000)
    using place = createPlace({ budget })
    for (let round = 0; round < 3; round++) {
      const { content } = await readWith(readerAt(place), repo, carOf(repo, repo.blocks))
      assert.deepEqual(content, contentOf(repo))
      assert.ok(budget.take(100_000), 'all of it is free again')
      budget.give(100_000)
    }
  })

  it('takes a repo without records', async () => {
    const empty = await makeRepo([])
    for (const blocks of [empty.blocks, [empty.commit]]) {
      const { end, parts, result } = await readWith(readerAt(inMemory), empty, carOf(empty, blocks))
      assert.equal(result.data, emptyTree)
      assert.equal(parts.length, 0)
      assert.deepEqual([end.staged, end.puts, end.deletes], [true, [], []])
    }
  })

  it('takes records of the same content under several paths', async () => {
    const block = post('app.bsky.feed.post', 1)
    const twins = await makeRepo(
      [0, 1, 2].map((index) => [`app.bsky.feed.post/${keyOf(index)}`, block] as const),
    )
    const { content } = await readWith(readerAt(inFile), twins, carOf(twins, twins.blocks))
    assert.deepEqual(content, contentOf(twins))
  })

  it('keeps parts below a million bytes, and gives a larger record a part of its own', async () => {
    const sizes = [300_000, 500_000, 300_000, 1_500_000, 10, 999_000, 10]
    const large = await makeRepo(
      sizes.map(
        (size, index) => [`a.b.c/${keyOf(index)}`, encodeBlock({ text: 'x'.repeat(size), index })] as const,
      ),
    )
    for (const place of [inMemory, inFile]) {
      const { content, parts, result } = await readWith(readerAt(place), large, carOf(large, large.blocks))
      assert.deepEqual(content, contentOf(large))
      assert.deepEqual(
        parts.map(({ puts }) => puts.length),
        [2, 1, 1, 3],
      )
      assert.deepEqual(result.odd, { size: 1 })
    }
  })

  it('keeps odd records as they are, and counts them', async () => {
    const odd: Readonly<Record<string, Block>> = {
      'a.b.c/deep': blockOf(
        Buffer.concat([Buffer.from('a16161', 'hex'), Buffer.alloc(70, 0x81), Buffer.of(0)]),
      ),
      'a.b.c/float': blockOf(Buffer.from('a16161f93c00', 'hex')),
      'a.b.c/link': blockOf(Buffer.concat([Buffer.from('a16161d82a5823001220', 'hex'), Buffer.alloc(32)])),
      'a.b.c/list': blockOf(Buffer.from('80', 'hex')),
      'a.b.c/cut': blockOf(Buffer.from('a1', 'hex')),
      'notnsid/x': encodeBlock({ text: 'x' }),
      'a.b.c/..': encodeBlock({ text: 'y' }),
      'a.b.d/fine': encodeBlock({ text: 'z' }),
    }
    const strange = await makeRepo(Object.entries(odd))
    const { content, result } = await readWith(readerAt(inMemory), strange, carOf(strange, strange.blocks))
    assert.deepEqual(content, contentOf(strange))
    assert.deepEqual(result.odd, { depth: 1, canonical: 2, decode: 2, path: 2 })
  })

  describe('of which some collections are kept', () => {
    const cases: readonly (readonly [collections: readonly string[], kept: RegExp])[] = [
      [['app.bsky.feed.like'], /^app\.bsky\.feed\.like\//],
      [['app.bsky.feed.*'], /^app\.bsky\.feed\./],
      [['app.bsky.*', 'com.example.thing'], /^app\.bsky\.|^com\.example\.thing\//],
      [['*'], /^/],
      [[], /^/],
      [['com.example.other'], /^$/],
    ]
    for (const [collections, kept] of cases) {
      it(`gives those of ${JSON.stringify(collections)} alone`, async () => {
        const { content } = await readWith(readerAt(inMemory), mixed, carOf(mixed, mixed.blocks), {
          collections,
        })
        const expected = Object.entries(contentOf(mixed)).filter(([path]) => kept.test(path))
        assert.deepEqual(content, Object.fromEntries(expected))
      })
    }

    let mixed: MadeRepo
    before(async () => {
      const names = [
        'app.bsky.feed.like',
        'app.bsky.feed.likes',
        'app.bsky.graph.follow',
        'com.example.thing',
        'zz.top.x',
      ]
      mixed = await makeRepo(
        Array.from({ length: 2000 }, (_, index) => {
          const name = names[index % names.length] as string
          return [`${name}/${keyOf(index)}`, post(name, index)] as const
        }),
      )
    })

    it('needs no block of the others', async () => {
      const all = await readWith(readerAt(inMemory), mixed, carOf(mixed, mixed.blocks), {
        collections: ['app.bsky.graph.follow'],
      })
      const asked: string[] = []
      const some = await readWith(readerAt(inMemory), mixed, carOf(mixed, [mixed.commit]), {
        collections: ['app.bsky.graph.follow'],
        onMissing: (cids) => {
          asked.push(...cids)
          return blocksOf(mixed, cids)
        },
      })
      assert.deepEqual(some.content, all.content)
      assert.ok(asked.length < 400 + mixed.nodes.length / 3, `asked for ${asked.length} blocks`)
      assert.equal(some.result.filtered, all.result.filtered)
      assert.ok(all.result.filtered > 0 && all.result.filtered < 100, `met ${all.result.filtered} others`)
    })
  })

  describe('that is stored already', () => {
    const stored = (made: MadeRepo) =>
      Array.from(made.records, ([path, { cid }]) => [path, cidText(cid)] as const)

    it('gives nothing where nothing has changed, and needs no record', async () => {
      const { end, parts, result } = await readWith(
        readerAt(inFile),
        repo,
        carOf(repo, [repo.commit, ...repo.nodes]),
        { stored: storedAs(stored(repo)) },
      )
      assert.equal(parts.length, 0)
      assert.deepEqual([end.staged, end.puts, end.deletes], [false, [], []])
      assert.deepEqual(result.changes, { puts: 0, deletes: 0 })
      assert.equal(result.records, 1000)
    })

    it('gives what is new, changed and gone in one step', async () => {
      const entries = stored(repo)
      const before = new Map(entries)
      const [first, second, third] = entries.map(([path]) => path) as [string, string, string]
      before.delete(first)
      before.set(second, emptyTree)
      before.set('app.bsky.feed.post/gone', emptyTree)
      before.set('zz.other.name/gone', emptyTree)
      const { end, parts, content, result } = await readWith(
        readerAt(inMemory),
        repo,
        carOf(repo, repo.blocks),
        {
          stored: storedAs(before),
        },
      )
      const whole = contentOf(repo)
      assert.deepEqual(content, { [first]: whole[first], [second]: whole[second] })
      assert.ok(!(third in content))
      assert.equal(parts.length, 0)
      assert.equal(end.staged, false)
      assert.deepEqual(end.deletes, [
        { collection: 'app.bsky.feed.post', rkey: 'gone' },
        { collection: 'zz.other.name', rkey: 'gone' },
      ])
      assert.deepEqual(result.changes, { puts: 2, deletes: 2 })
    })

    it('gives a repo of few records in one step where nothing is stored', async () => {
      const small = await makeRepo(somePosts(400))
      const { end, parts, content } = await readWith(readerAt(inMemory), small, carOf(small, small.blocks), {
        stored: storedAs([]),
      })
      assert.deepEqual(content, contentOf(small))
      assert.deepEqual([parts.length, end.staged, end.puts.length], [0, false, 400])
    })

    const staged: Readonly<Record<string, (entries: [string, string][]) => [string, string][]>> = {
      'nothing is stored': () => [],
      'one record too many is new': (entries) => entries.slice(401),
      'most is stored otherwise': (entries) =>
        entries.map(([path, cid], at) => [path, at < 2 ? cid : emptyTree]),
      'too much is to be deleted': (entries) => [
        ...entries,
        ...Array.from({ length: 401 }, (_, index): [string, string] => [`a.b.c/${index}`, emptyTree]),
      ],
      'all else is to be deleted': () =>
        Array.from({ length: 401 }, (_, index): [string, string] => [`a.b.c/${index}`, emptyTree]),
      'new and old together are too many': (entries) => [
        ...entries.slice(200),
        ...Array.from({ length: 201 }, (_, index): [string, string] => [`a.b.c/${index}`, emptyTree]),
      ],
    }
    for (const [what, change] of Object.entries(staged)) {
      it(`gives the whole content in parts where ${what}`, async () => {
        const before = change(stored(repo).map(([path, cid]) => [path, cid]))
        const { end, content, result } = await readWith(readerAt(inMemory), repo, carOf(repo, repo.blocks), {
          stored: storedAs(before),
        })
        assert.deepEqual(content, contentOf(repo))
        assert.deepEqual([end.staged, end.puts, end.deletes], [true, [], []])
        const known = new Map(before)
        const puts = stored(repo).filter(([path, cid]) => known.get(path) !== cid).length
        const deletes = before.filter(([path]) => !repo.records.has(path)).length
        assert.deepEqual(result.changes, { puts, deletes })
        assert.equal(result.records, 1000)
      })
    }

    it('deletes what is outside of the collections to keep', async () => {
      const { end, content } = await readWith(readerAt(inMemory), repo, carOf(repo, repo.blocks), {
        stored: storedAs(stored(repo).slice(0, 100)),
        collections: ['com.example.thing'],
      })
      assert.deepEqual(content, {})
      assert.equal(end.deletes.length, 100)
    })
  })

  describe('that is staged in part', () => {
    it('goes on after the last path of the same tree', async () => {
      const paths = [...repo.records.keys()].sort()
      const lastPath = paths[449] as string
      const { content, end, result } = await readWith(readerAt(inFile), repo, carOf(repo, repo.blocks), {
        staged: { data: repo.data, lastPath },
        stored: storedAs([['a.b.c/x', emptyTree]]),
      })
      assert.deepEqual(Object.keys(content), paths.slice(450))
      assert.equal(end.staged, true)
      assert.equal(result.records, 550)
    })

    it('begins again for another tree', async () => {
      const { content } = await readWith(readerAt(inMemory), repo, carOf(repo, repo.blocks), {
        staged: { data: emptyTree, lastPath: 'app.bsky.feed.post/3' },
      })
      assert.deepEqual(content, contentOf(repo))
    })
  })

  describe('whose file lacks blocks', () => {
    for (const [name, place] of Object.entries(places)) {
      it(`asks for them, whichever they are, by way of ${name}`, async () => {
        const small = await makeRepo(somePosts(500))
        const random = createRandom('holes')
        for (let round = 0; round < 25; round++) {
          const share = random.next()
          const held = small.blocks.filter(() => random.next() < share)
          const asked: string[] = []
          const { content, parts, result } = await readWith(readerAt(place()), small, carOf(small, held), {
            onMissing: (cids) => {
              asked.push(...cids)
              return blocksOf(small, cids)
            },
          })
          assert.deepEqual(content, contentOf(small))
          assert.deepEqual(
            parts.map(({ puts }) => puts.length),
            [400, 100],
          )
          assert.equal(asked.length, small.blocks.length - held.length)
          assert.equal(new Set(asked).size, asked.length)
          assert.equal(result.missing, asked.length)
        }
      })
    }

    it('asks for a thousand at most at a time, and again for what did not come', async () => {
      const rounds: number[] = []
      const made = await makeRepo(somePosts(3000))
      const { content, result } = await readWith(
        readerAt(inMemory),
        made,
        carOf(made, [made.commit, ...made.nodes]),
        {
          onMissing: (cids) => {
            rounds.push(cids.length)
            return blocksOf(made, cids.slice(0, 900))
          },
        },
      )
      assert.deepEqual(content, contentOf(made))
      assert.deepEqual(rounds.slice(0, 3), [1000, 1000, 1000])
      assert.ok(rounds.every((count) => count <= 1000))
      assert.ok(result.missing >= 3000)
    })

    it('finds what has changed as it does otherwise', async () => {
      const entries = Array.from(repo.records, ([path, { cid }]) => [path, cidText(cid)] as const)
      const { end, result } = await readWith(readerAt(inMemory), repo, carOf(repo, [repo.commit]), {
        stored: storedAs(entries.slice(10)),
        onMissing: (cids) => blocksOf(repo, cids),
      })
      assert.equal(end.puts.length, 10)
      assert.deepEqual(result.changes, { puts: 10, deletes: 0 })
    })

    const denials = {
      'cannot be had': () => undefined,
      'do not come': () => blocksOf(repo, []),
    }
    for (const [what, onMissing] of Object.entries(denials)) {
      it(`fails when they ${what}`, async () => {
        for (const lost of [
          repo.commit,
          repo.nodes.at(-1) as Block,
          repo.nodes[0] as Block,
          post('app.bsky.feed.like', 998),
        ]) {
          const held = repo.blocks.filter(({ cid }) => cid !== lost.cid)
          await assert.rejects(readWith(readerAt(inFile), repo, carOf(repo, held), { onMissing }), {
            name: 'MissingBlock',
            message: new RegExp(cidText(lost.cid)),
          })
        }
      })
    }

    it('fails when nobody is asked', async () => {
      await assert.rejects(readWith(readerAt(inMemory), repo, carOf(repo, [repo.commit])), {
        name: 'MissingBlock',
      })
    })
  })
})

function shuffled<Value>(values: readonly Value[], random: { int(bound: number): number }): Value[] {
  const order = [...values]
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.int(at + 1)
    const kept = order[at] as Value
    order[at] = order[other] as Value
    order[other] = kept
  }
  return order
}

/** What a host answers that has them. */
function blocksOf(repo: MadeRepo, cids: readonly string[]): AsyncIterable<Uint8Array> {
  const wanted = new Set(cids)
  return inChunks(
    carOf(
      repo,
      repo.blocks.filter(({ cid }) => wanted.has(cidText(cid))),
    ),
  )
}

// How many verified records a second one core reads out of a repo's CAR file, beside the reader of @atcute/repo.
// usage: node bench/reading/run.ts [--records 100000] [--rounds 7]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fromStream } from '@atcute/repo'
import { MemoryBudget } from '../../src/net/reading/memory-budget.ts'
import { readRepo } from '../../src/net/reading/read-repo.ts'
import { ReaderPool } from '../../src/net/reading/reader-pool.ts'
import { carOf, inChunks, makeRepo, somePosts } from '../../src/net/reading/testing/made-repo.ts'
import { cidOf, parseCid } from '../../src/net/repo/cid.ts'

const { values: flags } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
  },
})
const [records, rounds] = [Number(flags.records), Number(flags.rounds)]

const repo = await makeRepo(somePosts(records))
const car = carOf(repo, repo.blocks)
const folder = mkdtempSync(join(tmpdir(), 'bench-reading-'))
const request = { did: repo.did, signingKey: repo.multikey, ticket: 'bench' }
const callbacks = { onPart: (bytes: Uint8Array<ArrayBuffer>) => bytes.buffer }
const pool = new ReaderPool({ folder, size: 1, memoryBytes: 2 ** 28, budgetBytes: 2 ** 28 })

/** In the order of the table. Each returns how many records it has read. */
const readers: Readonly<Record<string, () => Promise<number>>> = {
  'readRepo, in memory': async () => {
    const place = { folder, memoryBytes: 2 ** 28, budget: new MemoryBudget(2 ** 28) }
    return (await readRepo(inChunks(car), request, callbacks, place)).records
  },
  'readRepo, in a file': async () =>
    (await readRepo(inChunks(car), request, callbacks, { folder, memoryBytes: 0 })).records,
  'ReaderPool, one thread': async () => (await pool.read(inChunks(car), request, callbacks)).records,
  '@atcute/repo, nothing verified': async () => {
    let count = 0
    for await (const _ of fromStream(ReadableStream.from(inChunks(car)))) count++
    return count
  },
  '@atcute/repo, records hashed': async () => {
    let count = 0
    for await (const { cid, bytes } of fromStream(ReadableStream.from(inChunks(car))))
      if (cidOf(bytes) === parseCid(cid.$link)) count++
    return count
  },
}

const times = new Map(Object.keys(readers).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  for (const [name, read] of Object.entries(readers)) {
    const before = process.cpuUsage()
    const count = await read()
    const { user, system } = process.cpuUsage(before)
    if (count !== records) throw new Error(`${name} has read ${count} of ${records} records`)
    times.get(name)?.push((user + system) / records)
  }
}
await pool[Symbol.asyncDispose]()
rmSync(folder, { recursive: true })

console.log(
  `\n${records} records, ${(car.length / 1e6).toFixed(1)} MB, CPU of the whole process, the fastest of ${rounds} rounds\n`,
)
console.log('| reader | CPU µs/record | records/s per core | ratio |')
console.log('| --- | ---: | ---: | ---: |')
const fastest = (name: string) => Math.min(...(times.get(name) ?? []))
const peer = fastest('@atcute/repo, nothing verified')
for (const name of Object.keys(readers)) {
  const micros = fastest(name)
  console.log(
    `| ${name} | ${micros.toFixed(1)} | ${Math.round(1e6 / micros)} | ${(peer / micros).toFixed(1)}× |`,
  )
}

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { ReaderPool } from './reader-pool.ts'
import { carOf, inChunks, makeRepo, somePosts } from './testing/made-repo.ts'

describe('the memory that reading takes', () => {
  let folder: string
  let pool: ReaderPool

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-'))
    pool = new ReaderPool({ folder: join(folder, 'tmp'), size: 1 })
  })

  after(async () => {
    await pool[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it('stays below 100 MB for a repo of 150 MB whose blocks come in no order', async () => {
    const file = join(folder, 'large.car')
    const program = join(import.meta.dirname, 'testing/large-car.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program, file, '80000', '1820'])
    const { did, multikey: signingKey } = JSON.parse(stdout)
    const small = await makeRepo(somePosts(500))
    const request = { did, signingKey, ticket: 'run' }
    await pool.read(inChunks(carOf(small, small.blocks)), request, { onPart: () => {} })

    const before = process.memoryUsage.rss()
    let most = before
    const look = () => {
      most = Math.max(most, process.memoryUsage.rss())
    }
    async function* chunks() {
      for await (const chunk of createReadStream(file)) {
        look()
        yield chunk
      }
    }
    const { records, sizeBytes } = await pool.read(chunks(), request, {
      onPart: (bytes) => {
        look()
        return bytes.buffer
      },
    })
    assert.equal(records, 80_000)
    assert.ok(sizeBytes > 150_000_000, `${sizeBytes} bytes`)
    assert.ok(most - before < 100_000_000, `${most - before} bytes more`)
  })
})

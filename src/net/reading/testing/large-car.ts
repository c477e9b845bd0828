import { closeSync, openSync, writeSync } from 'node:fs'
import { createRandom } from '../../../demo/random.ts'
import { type Block, encodeBlock } from '../../repo/block.ts'
import { writeCar } from '../../repo/car.ts'
import { did, keyOf, makeRepo } from './made-repo.ts'

// Writes a large repo into a file, its blocks in no order: FILE RECORDS BYTES. Prints its key. A process of its own, so
// that what it takes of memory is not taken for that of the reader.

const [file = '', count = '', bytes = ''] = process.argv.slice(2)
const text = 'x'.repeat(Math.max(0, Number(bytes) - 100))
const record = (index: number): Block =>
  encodeBlock({ $type: 'app.bsky.feed.post', createdAt: '2026-01-01T00:00:00.000Z', text, index })

function* entries() {
  for (let index = 0; index < Number(count); index++) {
    // Only the CID is kept: the bytes are made again when they are written.
    const block = { cid: record(index).cid, bytes: empty }
    yield [`app.bsky.feed.post/${keyOf(index)}`, block] as const
  }
}

const empty = new Uint8Array()
const { commit, nodes, multikey } = await makeRepo(entries())
const order = new Uint32Array(Number(count) + nodes.length + 1).map((_, index) => index)
const random = createRandom('large')
for (let index = order.length - 1; index > 0; index--) {
  const other = random.int(index + 1)
  const kept = order[index] as number
  order[index] = order[other] as number
  order[other] = kept
}

const header = writeCar(commit.cid, [])
const output = openSync(file, 'w')
writeSync(output, header)
for (let at = 0; at < order.length; at += 5000) {
  const blocks = Array.from(order.subarray(at, at + 5000), (index): Block => {
    if (index === 0) return commit
    return nodes[index - 1] ?? record(index - 1 - nodes.length)
  })
  writeSync(output, writeCar(commit.cid, blocks).subarray(header.length))
}
closeSync(output)
process.stdout.write(JSON.stringify({ did, multikey }))

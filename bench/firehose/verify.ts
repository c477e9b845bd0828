// What verifying one commit costs, by stage. Usage: node bench/firehose/verify.ts [records in the repo]

import { type MessageFrame, openBody, openHeader } from '../../src/net/firehose/frame.ts'
import { type CommitMessage, readMessage } from '../../src/net/firehose/message.ts'
import { verifyCommit } from '../../src/net/firehose/verify.ts'
import { type Blocks, checkCids } from '../../src/net/repo/block.ts'
import { checkCanonical } from '../../src/net/repo/canonical.ts'
import { readCar } from '../../src/net/repo/car.ts'
import { readCommit } from '../../src/net/repo/commit.ts'
import { invert } from '../../src/net/repo/invert.ts'
import { nativeSecp256k1 } from '../../src/net/repo/secp256k1.ts'
import { importKey } from '../../src/net/repo/signature.ts'
import { createSample } from './sample.ts'

const { frames, multikey } = await createSample(Number(process.argv[2] ?? 2000), 1000)
const openFrame = (frame: Buffer) => openBody(frame, openHeader(frame)) as MessageFrame
const key = importKey(multikey)
const opened = frames.map((frame) => openFrame(frame))
const messages = opened.map(({ body }) => readMessage('commit', body) as CommitMessage)
const cars = messages.map(({ blocks }) => readCar(blocks).blocks)
const commits = messages.map(({ commit }, index) => readCommit(cars[index] as Blocks, commit))
const at = <Item>(items: readonly Item[], index: number) => items[index] as Item
const options = { mode: 'full', strict: false, key } as const

const stages: Record<string, (index: number) => unknown> = {
  'open frame': (index) => openFrame(at(frames, index)),
  'read message': (index) => readMessage('commit', at(opened, index).body),
  'read CAR': (index) => readCar(at(messages, index).blocks),
  'check CIDs': (index) => checkCids(at(cars, index)),
  'check canonical': (index) => at(cars, index).forEach(checkCanonical),
  'read commit': (index) => readCommit(at(cars, index), at(messages, index).commit),
  signature: (index) => key.verifies(at(commits, index).unsigned, at(commits, index).signature),
  'invert operations': (index) =>
    invert(at(commits, index).data, at(cars, index), at(messages, index).operations),
  'verify, all of the above from the CAR on': (index) => verifyCommit(at(messages, index), options),
  'frame to event': (index) => {
    const { body } = openFrame(at(frames, index))
    return verifyCommit(readMessage('commit', body) as CommitMessage, options)
  },
}

const average = (items: readonly number[]) => items.reduce((sum, item) => sum + item, 0) / items.length
console.log(
  `${frames.length} commits of ${average(frames.map(({ length }) => length)).toFixed(0)} bytes,`,
  `${average(cars.map(({ size }) => size)).toFixed(1)} blocks; secp256k1 ${nativeSecp256k1 ? 'native' : 'by OpenSSL'}`,
)
for (const [name, stage] of Object.entries(stages)) {
  let best = Number.POSITIVE_INFINITY
  // The best of many rounds: what else runs on the machine only ever adds.
  for (let round = 0; round < 10; round++) {
    const start = performance.now()
    for (let index = 0; index < frames.length; index++) stage(index)
    best = Math.min(best, ((performance.now() - start) * 1000) / frames.length)
  }
  console.log(`${best.toFixed(1).padStart(8)} µs  ${name}`)
}

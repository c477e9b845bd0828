import { encode } from '@atcute/cbor'
import * as Cid from '@atcute/cid'
import type { Did } from '../../src/model/did.ts'
import { type CommitEvent, emptyTree } from '../../src/model/event.ts'

/** Commits like those of the Bluesky network: of one record each, in its mix of collections, by many repos. */
export async function makeEvents(count: number, repos: number): Promise<readonly CommitEvent[]> {
  const random = randomNumbers(1)
  const letters = '234567abcdefghijklmnopqrstuvwxyz'
  const word = (length: number) => Array.from({ length }, () => letters[random(32)]).join('')
  const dids = Array.from({ length: repos }, (): Did => `did:plc:${word(24)}`)
  const did = () => dids[Math.floor(random(repos) * (random(1000) / 1000))] as Did
  let tick = 2 ** 45
  const tid = () => {
    tick += 1 + random(1000)
    let text = ''
    for (let rest = tick; text.length < 11; rest = Math.floor(rest / 32)) text = letters[rest % 32] + text
    return `3l${text}`
  }
  const cids = await Promise.all(Array.from({ length: 500 }, (_, i) => cidOf(encode(i))))
  const cid = () => cids[random(500)] as string
  const postUri = () => `at://${did()}/app.bsky.feed.post/${tid()}`
  const createdAt = new Date(1_750_000_000_000).toISOString()
  const sentence = () =>
    Array.from({ length: 4 + random(30) }, () => vocabulary[random(random(4000) + 1)]).join(' ')
  const vocabulary = Array.from({ length: 4000 }, () => word(2 + random(8)))

  const makers: readonly (readonly [share: number, collection: string, make: () => object])[] = [
    [55, 'app.bsky.feed.like', () => ({ subject: { uri: postUri(), cid: cid() }, createdAt })],
    [
      22,
      'app.bsky.feed.post',
      () => ({
        text: sentence(),
        langs: ['en'],
        createdAt,
        ...(random(2) && {
          reply: { root: { uri: postUri(), cid: cid() }, parent: { uri: postUri(), cid: cid() } },
        }),
      }),
    ],
    [12, 'app.bsky.graph.follow', () => ({ subject: did(), createdAt })],
    [9, 'app.bsky.feed.repost', () => ({ subject: { uri: postUri(), cid: cid() }, createdAt })],
    [2, 'app.bsky.graph.block', () => ({ subject: did(), createdAt })],
  ]
  // One maker per hundredth, so that a draw needs no search.
  const hundred = makers.flatMap(([share, collection, make]) =>
    Array.from({ length: share }, () => ({ collection, make })),
  )
  const data = new Map<Did, string>()
  return Array.from({ length: count }, (_, i): CommitEvent => {
    const { collection, make } = hundred[random(hundred.length)] as (typeof hundred)[number]
    const author = did()
    const prevData = data.get(author) ?? emptyTree
    const next = `${cid().slice(0, 40)}${word(18)}a`
    data.set(author, next)
    const record = encode({ $type: collection, ...make() })
    return {
      kind: 'commit',
      did: author,
      seq: i + 1,
      timeMs: 1_750_000_000_000 + i,
      rev: tid(),
      data: next,
      prevData,
      operations: [{ op: 'create', collection, rkey: tid(), cid: cid(), record }],
    }
  })
}

async function cidOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Cid.toString(await Cid.create(0x71, bytes))
}

/** The same numbers each time, each below `n`. */
function randomNumbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

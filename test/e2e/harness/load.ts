import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, Write } from './account.ts'
import type { Pds } from './pds.ts'
import { createRandom, type Random } from './random.ts'

export const collections = [
  'app.bsky.feed.post',
  'app.bsky.feed.like',
  'app.bsky.feed.repost',
  'app.bsky.graph.follow',
  'app.bsky.graph.block',
  'app.bsky.actor.profile',
  'com.example.note',
]

export interface LoadOptions {
  /** @default 6 */
  readonly accounts?: number
  /** Operations on records in all, at least. */
  readonly operations: number
  readonly random: Random
}

/** Creates accounts and lets all of them write at once through the PDS's API. */
export async function writeLoad(
  pds: Pds,
  { accounts = 6, operations, random }: LoadOptions,
): Promise<Account[]> {
  const made: Account[] = []
  for (let i = 0; i < accounts; i++) made.push(await pds.createAccount(`user${random.below(1e9)}`))
  await Promise.all(
    made.map(async (account) => {
      // A sequence of its own for each, or what one does would depend on how fast the others are.
      const own = createRandom(random.below(2 ** 31))
      while (total(account) < operations / accounts) await writeSome(account, own)
    }),
  )
  return made
}

/** Something that writes until it is told to end. */
export interface Load extends AsyncDisposable {
  /** @throws what a writer has thrown. */
  end(): Promise<void>
}

export interface OngoingLoadOptions {
  /** @default 4 */
  readonly accounts?: number
  readonly random: Random
  /** Pause of each account after each commit. @default 0 */
  readonly pauseMs?: number
}

/** Creates accounts, and lets them write through the PDS's API all the while. */
export async function startLoad(
  pds: Pds,
  { accounts = 4, random, pauseMs = 0 }: OngoingLoadOptions,
): Promise<Load> {
  const made = await Array.fromAsync({ length: accounts }, () =>
    pds.createAccount(`user${random.below(1e9)}`),
  )
  let going = true
  const writers = Promise.allSettled(
    made.map(async (account) => {
      const own = createRandom(random.below(2 ** 31))
      while (going) {
        await writeSome(account, own)
        await sleep(pauseMs)
      }
    }),
  )
  const stop = () => {
    going = false
    return writers
  }
  return {
    async end() {
      for (const result of await stop()) if (result.status === 'rejected') throw result.reason
    },
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

export function total({ operations }: Account): number {
  return operations.create + operations.update + operations.delete
}

/** One commit of some kind: a single operation or a batch of up to 60. */
export async function writeSome(account: Account, random: Random): Promise<void> {
  const collection = random.pick(collections)
  const text = `${random.below(1e9)} ${'words '.repeat(random.below(20))}`
  const known = [...(account.keys.get(collection) ?? [])]
  const fresh = `k${random.below(1e9)}`
  const kind = random.below(5)
  if (kind === 0) return account.createRecord(collection, fresh, text)
  if (kind === 1) return account.putRecord(collection, known.length > 0 ? random.pick(known) : fresh, text)
  if (kind === 2 && known.length > 0) return account.deleteRecord(collection, random.pick(known))
  return account.applyWrites(batch(account, random, text))
}

function batch(account: Account, random: Random, text: string): Write[] {
  const writes = new Map<string, Write>()
  for (let n = 1 + random.below(60); n > 0; n--) {
    const collection = random.pick(collections)
    const known = [...(account.keys.get(collection) ?? [])]
    const op = random.pick(['create', 'create', 'create', 'update', 'delete'] as const)
    const exists = op !== 'create' && known.length > 0
    const rkey = exists ? random.pick(known) : `b${random.below(1e9)}`
    writes.set(`${collection}/${rkey}`, {
      op: exists ? op : 'create',
      collection,
      rkey,
      text: `${text}${n}`,
    } as Write)
  }
  return [...writes.values()]
}

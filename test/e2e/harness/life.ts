import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, Write } from './account.ts'
import { collections, type Load, writeSome } from './load.ts'
import type { Pds } from './pds.ts'
import { createRandom, type Random } from './random.ts'

export interface LifeOptions {
  readonly random: Random
  /** Accounts that live at the PDS at any time. @default 8 */
  readonly accounts?: number
  /** Another PDS whose accounts move here in the course of time. */
  readonly other: Pds
  /** How many do. @default 3 */
  readonly movers?: number
  /** The longest pause of an account between two things that it does. @default 400 */
  readonly pauseMs?: number
}

/** What people do. Of a sum of 100, each so often. */
const acts = {
  write: 62,
  writeKeyOften: 16,
  rename: 4,
  rotateKey: 6,
  deactivate: 5,
  takeDown: 4,
  activateAgain: 2,
  delete: 1,
} as const

type Act = keyof typeof acts

export interface Life extends Load {
  /** How often each was done, and how many have moved here. */
  readonly done: Readonly<Record<Act | 'move', number>>
}

/** Lets accounts of a PDS do whatever accounts do, each at random, until it is told to end. */
export async function startLife(
  pds: Pds,
  { random, accounts = 8, other, movers = 3, pauseMs = 400 }: LifeOptions,
): Promise<Life> {
  const done = {
    ...(Object.fromEntries(Object.keys(acts).map((act) => [act, 0])) as Record<Act, number>),
    move: 0,
  }
  let going = true
  const live = async (born: Account, own: Random) => {
    for (let account = born; going; await sleep(own.below(pauseMs))) {
      if (account.status === 'deleted') account = await pds.createAccount(newName(own))
      else if (account.status === 'deactivated') await account.activate()
      else if (account.status === 'takendown') await account.takeDown(false)
      else {
        const act = choose(own)
        await doIt[act](account, own, pds)
        done[act] += 1
      }
    }
  }
  const moveAndLive = async (account: Account, own: Random) => {
    for (let writes = 3 + own.below(20); writes > 0 && going; writes--) {
      await writeSome(account, own)
      await sleep(own.below(4 * pauseMs))
    }
    if (!going) return
    await pds.importAccount(account, other)
    done.move += 1
    await live(account, own)
  }
  const here = await Array.fromAsync({ length: accounts }, () => pds.createAccount(newName(random)))
  const there = await Array.fromAsync({ length: movers }, () => other.createAccount(newName(random)))
  const lives = Promise.allSettled([
    ...here.map((account) => live(account, createRandom(random.below(2 ** 31)))),
    ...there.map((account) => moveAndLive(account, createRandom(random.below(2 ** 31)))),
  ])
  const stop = () => {
    going = false
    return lives
  }
  return {
    done,
    async end() {
      for (const result of await stop()) if (result.status === 'rejected') throw result.reason
    },
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

const doIt: Readonly<Record<Act, (account: Account, random: Random, pds: Pds) => Promise<void>>> = {
  write: writeSome,
  writeKeyOften,
  rename: (account, random) => account.updateHandle(newName(random)),
  async rotateKey(account, random, pds) {
    const first = random.pick(['directory', 'pds'] as const)
    const between = async () => {
      // Signed with a key that the directory does not know yet. The other way round nothing could be signed rightly.
      if (first === 'pds') await writeSome(account, random)
      await sleep(random.below(1500))
    }
    await pds.rotateKey(account, { first, between })
    if (random.below(2) === 0) await writeSome(account, random)
  },
  deactivate: (account) => account.deactivate(),
  takeDown: (account) => account.takeDown(),
  activateAgain: (account) => account.activate(),
  delete: (account) => account.delete(),
}

/** Several operations on one key in one commit, of which the last counts. */
async function writeKeyOften(account: Account, random: Random): Promise<void> {
  const collection = random.pick(collections)
  const known = [...(account.keys.get(collection) ?? [])]
  const fresh = `o${random.below(1e9)}`
  const isThere = known.length > 0 && random.below(2) === 0
  const rkey = isThere ? random.pick(known) : fresh
  const ops = random.pick<Write['op'][]>(isThere ? onExisting : onAbsent)
  const writes = ops.map((op) => ({ op, collection, rkey, text: `${op} ${random.below(1e9)}` }) as Write)
  await account.applyWrites(writes)
}

const onExisting = [
  ['update', 'update'],
  ['update', 'delete'],
  ['delete', 'create'],
  ['delete', 'create', 'update'],
  ['update', 'delete', 'create'],
] satisfies Write['op'][][]

const onAbsent = [
  ['create', 'update'],
  ['create', 'delete'],
  ['create', 'update', 'delete'],
  ['create', 'delete', 'create'],
] satisfies Write['op'][][]

function choose(random: Random): Act {
  let left = random.below(100)
  for (const [act, weight] of Object.entries(acts)) {
    if (left < weight) return act as Act
    left -= weight
  }
  throw new Error('the weights of what people do do not add up to 100')
}

const newName = (random: Random) => `user${random.below(1e9)}`

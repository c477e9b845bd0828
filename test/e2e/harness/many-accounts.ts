import type { Account, Write } from './account.ts'
import { collections } from './load.ts'
import type { Pds } from './pds.ts'
import type { Random } from './random.ts'

export interface ManyAccountsOptions {
  readonly accounts: number
  /** Records that they have in all, exactly. */
  readonly records: number
  readonly random: Random
}

/**
 * Creates accounts with records, as fast as the PDS takes them. The last one has none, and the first a tenth of all;
 * what was written and deleted or replaced since comes on top.
 */
export async function makeAccounts(
  pds: Pds,
  { accounts, records, random }: ManyAccountsOptions,
): Promise<Account[]> {
  const sizes = Array.from({ length: accounts }, (_, n) => (n === accounts - 1 ? 0 : 1 + random.below(100)))
  const sum = sizes.reduce((all, size) => all + size, 0)
  const rest = records - Math.floor(records / 10)
  const shares = sizes.map((size) => Math.floor((size * rest) / sum))
  shares[0] = (shares[0] ?? 0) + records - shares.reduce((all, size) => all + size, 0)
  const names = shares.map(() => `user${random.below(1e9)}`)
  const made: Account[] = []
  await inTurns(8, names.keys(), async (n) => {
    const account = await pds.createAccount(names[n] as string)
    made[n] = account
    for (const writes of batches(shares[n] ?? 0, n)) await account.applyWrites(writes)
    if ((shares[n] ?? 0) > 2) await leaveTraces(account)
  })
  return made
}

function* batches(size: number, account: number): Generator<Write[]> {
  for (let begin = 0; begin < size; begin += mostWrites) {
    yield Array.from({ length: Math.min(mostWrites, size - begin) }, (_, n) => ({
      op: 'create',
      collection: collections[(begin + n) % collections.length] as string,
      rkey: `k${begin + n}`,
      text: `record ${begin + n} of account ${account}`,
    }))
  }
}

/** Replaces a record, and creates one that is deleted again: what is gone must not come back. */
async function leaveTraces(account: Account): Promise<void> {
  const [collection = ''] = collections
  await account.putRecord(collection, 'k0', 'replaced')
  await account.createRecord(collection, 'gone', 'deleted again')
  await account.deleteRecord(collection, 'gone')
}

/** The most that a PDS takes in one commit. */
const mostWrites = 200

/** Does something for each item, a few at a time. */
export async function inTurns<Item>(
  concurrency: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = Iterator.from(items)
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

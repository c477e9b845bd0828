import { createRandom, type Random } from '../../../src/demo/random.ts'
import type { Did } from '../../../src/model/did.ts'
import { type Forgery, forge } from './forge.ts'
import { judge } from './judge.ts'
import { createModel, type HonestCommit, type Model } from './model.ts'
import { type Kept, keptAfter, type Received, receive } from './receive.ts'

export interface Outcome {
  /** Forgeries that made something be believed which nobody has signed, and how to see them again. */
  readonly believed: readonly string[]
  /** Others that moved a repo, as the tree allows that its key has signed. */
  readonly right: number
  readonly refused: number
}

/** Sends one forged commit after the other to a service that keeps the repo as it was at one time or another. */
export async function campaign(seed: string, rounds: number): Promise<Outcome> {
  const model = await createModel(createRandom(`model ${seed}`))
  const believed: string[] = []
  let [right, refused] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    const random = createRandom(`${seed} ${round}`)
    const forgery = await forge(model, random)
    const before = situation(forgery, model, random)
    const received = await receive(forgery.frame, model, before)
    const wrong = judge(forgery, model, before, received)
    if (wrong !== undefined) believed.push(`round ${round} of the seed ${seed}: ${forgery.what}: ${wrong}`)
    if (received.events.some(({ kind }) => kind === 'rejected')) refused += 1
    else if (wrong === undefined && hasChanged(before, received)) right += 1
  }
  return { believed, right, refused }
}

/** What is kept before the forgery comes: mostly the repo as it was before the commit that it was made from. */
function situation({ repo, number }: Forgery, model: Model, random: Random): ReadonlyMap<Did, Kept> {
  const kept = new Map<Did, Kept>()
  for (const one of model.repos) {
    const at = one === repo && random.next() < 0.7 ? number - 1 : random.int(one.commits.length + 1) - 1
    if (at < 0) continue
    const status = random.pick(['synced', 'synced', 'synced', 'desync', 'pending'] as const)
    kept.set(one.did, keptAfter(one, one.commits[at] as HonestCommit, status))
  }
  return kept
}

function hasChanged(before: ReadonlyMap<Did, Kept>, { kept }: Received): boolean {
  return kept.entries().some(([did, { state }]) => state?.rev !== before.get(did)?.state?.rev)
}

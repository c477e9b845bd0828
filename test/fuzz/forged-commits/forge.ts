import type { Random } from '../../../src/demo/random.ts'
import type { Cid } from '../../../src/net/repo/cid.ts'
import { forgeBlocks } from './blocks.ts'
import { forgeCommit } from './commit-object.ts'
import { type Draft, draftOf, frameOf, type SignedState } from './draft.ts'
import { forgeFrame } from './frame.ts'
import { forgeMessage, ofOldHost } from './message.ts'
import type { HonestCommit, HonestRepo, Model } from './model.ts'
import { forgeNode } from './node.ts'
import { forgeOperations } from './operations.ts'
import { nodesOf } from './signed-tree.ts'

export interface Forgery {
  /** What was done to which commit, for a report. */
  readonly what: string
  readonly frame: Buffer
  readonly repo: HonestRepo
  /** The commit that it was made from, by its number. */
  readonly number: number
  /** States of their repos that owners have signed besides the honest ones. */
  readonly signed: readonly SignedState[]
  /** The blocks that it came with. */
  readonly blocks: ReadonlyMap<Cid, Uint8Array>
}

/** What a forger has to choose from. */
export interface Tools {
  readonly random: Random
  readonly model: Model
  /** Any commit that there is, of any repo. */
  other(): HonestCommit
  /** A record that is, or was, somewhere. */
  record(): Cid
}

/** Alters a draft in one place. @returns what it did. */
export type Forge = (draft: Draft, tools: Tools) => string | Promise<string>

/** From the inside to the outside: what is done later has the last word. */
const levels: readonly Forge[] = [
  forgeNode,
  forgeCommit,
  forgeBlocks,
  forgeOperations,
  forgeMessage,
  forgeFrame,
]

/** Alters a commit at one to three of its levels. */
export async function forge(model: Model, random: Random): Promise<Forgery> {
  const repo = random.pick(model.repos)
  const number = random.int(repo.commits.length)
  const commit = repo.commits[number] as HonestCommit
  const draft = draftOf(repo, commit)
  const other = () => random.pick(random.pick(model.repos).commits)
  const record = () => random.pick(model.records)
  const tools = { random, model, other, record }
  const done = [`commit ${number} of ${repo.did}`]
  // More of the tree than anybody asks for proves more, or seems to.
  if (random.next() < 0.3) draft.blocks.push(...nodesOf(model.blocks, commit.data))
  if (random.next() < 0.4) done.push(ofOldHost(draft))
  const count = 1 + random.int(3)
  const chosen = Array.from({ length: count }, () => random.int(levels.length)).sort()
  for (const level of chosen) done.push(await (levels[level] as Forge)(draft, tools))
  const { signed, blocks } = draft
  return {
    what: done.join(', '),
    frame: frameOf(draft),
    repo,
    number,
    signed,
    blocks: new Map(blocks.map(({ cid, bytes }) => [cid, bytes])),
  }
}

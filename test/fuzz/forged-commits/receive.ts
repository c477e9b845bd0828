import { refused } from '../../../src/flow/indexing/drain.ts'
import { Plan } from '../../../src/flow/indexing/plan.ts'
import type { Did } from '../../../src/model/did.ts'
import type { RepoEvent } from '../../../src/model/event.ts'
import { Intake } from '../../../src/net/firehose/intake.ts'
import { withDefaults } from '../../../src/net/firehose/options.ts'
import { Queue } from '../../../src/net/firehose/queue.ts'
import { KnownKeys } from '../../../src/net/firehose/testing/harness.ts'
import { verifyFrame } from '../../../src/net/firehose/verify-frame.ts'
import { type Cid, cidOf, cidText, parseCid } from '../../../src/net/repo/cid.ts'
import type { RepoState } from '../../../src/state/storage/storage.ts'
import type { HonestCommit, HonestRepo, Model } from './model.ts'
import type { Content } from './signed-tree.ts'

/** What is kept of a repo. */
export interface Kept {
  readonly state: RepoState | undefined
  readonly content: Content
}

export interface Received {
  /** What is kept afterwards of each repo that was touched. */
  readonly kept: ReadonlyMap<Did, Kept>
  /** Whether the service knows that something was skipped, without knowing of which repo. */
  readonly hole: boolean
  readonly events: readonly RepoEvent[]
}

/** A repo as it is kept after one of its commits. */
export function keptAfter({ did }: HonestRepo, { rev, data, content }: HonestCommit, status: Status): Kept {
  const base = { did, content: status, status, rev, updatedAtMs: 0 }
  if (status === 'pending') return { state: base, content }
  const state = { ...base, data: cidText(data), confirmedAtMs: 0 }
  return status === 'synced'
    ? { state, content }
    : { state: { ...state, desync: { reason: 'gap', sinceMs: 0 } }, content }
}

export type Status = 'synced' | 'desync' | 'pending'

/** Hands a frame to the service as the relay would, and applies what comes of it to what is kept of one repo. */
export async function receive(
  frame: Buffer,
  model: Model,
  before: ReadonlyMap<Did, Kept>,
): Promise<Received> {
  let hole = false
  const settings = withDefaults({
    relay: new URL('ws://relay.example'),
    identity: new KnownKeys(model.repos),
    cursor: 'live',
    onHole: () => {
      hole = true
    },
  })
  const stop = new AbortController()
  const queue = new Queue({ maxFrames: 10, maxBytes: 1e8 })
  const intake = new Intake({ settings, queue, signal: stop.signal })
  intake.speaksProtocol = true
  intake.receive(frame, false)
  if (queue.length > 0) await queue.ready(stop.signal)
  stop.abort()
  const events = queue.take(10).flatMap(({ event }) => (event ? [settled(event, model)] : []))
  const states = new Map(
    Array.from(before).flatMap(([did, { state }]) => (state ? [[did, state] as const] : [])),
  )
  const plan = new Plan({ repos: states, nowMs: 1 })
  for (const event of events) plan.add(1, event)
  const kept = new Map<Did, Kept>()
  for (const { repo, clear, puts = [], deletes = [] } of plan.changes()) {
    const content = new Map<string, Cid>(clear ? [] : before.get(repo.did)?.content)
    for (const { collection, rkey } of deletes) content.delete(`${collection}/${rkey}`)
    for (const { collection, rkey, cid, bytes } of puts)
      content.set(`${collection}/${rkey}`, trueCid(parseCid(cid), bytes))
    kept.set(repo.did, { state: repo, content })
  }
  return { kept, hole, events }
}

/** The CID that bytes have, of the kind that they are said to be. */
function trueCid(said: Cid, bytes: Uint8Array): Cid {
  return said.slice(0, kindLength) + cidOf(bytes).slice(kindLength)
}

const kindLength = 4

/** What waits for a key is verified once the directory has said that the key is the same. */
function settled(event: RepoEvent, { repos }: Model): RepoEvent {
  if (event.kind !== 'unverified') return event
  const repo = repos.find(({ did }) => did === event.did)
  try {
    return repo ? verifyFrame(event.frame, repo.multikey) : refused(event, 'key')
  } catch {
    return refused(event, 'key')
  }
}

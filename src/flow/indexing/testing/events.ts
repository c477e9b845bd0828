import { createHash } from 'node:crypto'
import { encode } from '@atcute/cbor'
import type { Did } from '../../../model/did.ts'
import {
  type AccountEvent,
  type CommitEvent,
  emptyTree,
  type IdentityEvent,
  type Operation,
  type RejectedEvent,
  type SyncEvent,
} from '../../../model/event.ts'
import type { Desync } from '../../../model/repo.ts'

export const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
export const bob = 'did:plc:bobbbbbbbbbbbbbbbbbbbbbb'
export const post = 'app.bsky.feed.post'

/** A root of a tree, the same for the same name; `empty` is the tree without records. */
export function tree(name: string): string {
  return name === 'empty'
    ? emptyTree
    : `bafyreib${createHash('sha256')
        .update(name)
        .digest('hex')
        .slice(0, 50)
        .replaceAll(/[^2-7a-f]/g, 'q')}a`
}

/** `+a` creates, `~a` updates, `-a` deletes the post with the record key `a`. */
export function commit(
  rev: string,
  [from, to]: readonly [from: string | undefined, to: string],
  operations: string,
  did: Did = alice,
): CommitEvent {
  return {
    kind: 'commit',
    did,
    seq: 1,
    timeMs: 1,
    rev,
    data: tree(to),
    ...(from !== undefined && { prevData: tree(from) }),
    operations: operations
      .split(' ')
      .filter(Boolean)
      .map((text): Operation => {
        const address = { collection: post, rkey: text.slice(1) }
        if (text.startsWith('-')) return { op: 'delete', ...address }
        const record = new Uint8Array(encode({ $type: post, text: `tide ${text.slice(1)} at ${rev}` }))
        return { op: text.startsWith('+') ? 'create' : 'update', ...address, cid: 'bafy', record }
      }),
  }
}

export function sync(rev: string, to: string): SyncEvent {
  return { kind: 'sync', did: alice, seq: 1, timeMs: 1, rev, data: tree(to) }
}

/** The commit, following a revision. */
export function since(rev: string, event: CommitEvent): CommitEvent {
  return { ...event, since: rev }
}

export function rejected(rev: string, reason: RejectedEvent['reason'] = 'rejected'): RejectedEvent {
  return { kind: 'rejected', did: alice, seq: 1, timeMs: 1, rev, reason }
}

/** `reason rev <claimedRev`. */
export function told({ reason, rev, claimedRev }: Desync): string {
  return [reason, rev, claimedRev && `<${claimedRev}`].filter(Boolean).join(' ')
}

export function account(active: boolean, status?: string): AccountEvent {
  return { kind: 'account', did: alice, seq: 1, timeMs: 1, active, ...(status !== undefined && { status }) }
}

export function identity(handle?: string): IdentityEvent {
  return { kind: 'identity', did: alice, seq: 1, timeMs: 1, ...(handle !== undefined && { handle }) }
}

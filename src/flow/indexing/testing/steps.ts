import type { BackfillEntry, BackfillRecord, EndStep } from '../../../model/backfill.ts'
import type { CommitEvent, RepoEvent, SyncEvent, UnverifiedEvent } from '../../../model/event.ts'
import { decodeEvent, encodeEvent } from '../../../model/event-bytes.ts'
import type { DesyncReason } from '../../../model/repo.ts'
import { alice, commit, post, tree } from './events.ts'

export const ticket = 'ticket'

export function begin(name = ticket): BackfillEntry {
  return { kind: 'begin', did: alice, ticket: name }
}

/** Stages posts with these record keys. */
export function part(rev: string, data: string, rkeys: string, name = ticket): BackfillEntry {
  return { kind: 'part', did: alice, ticket: name, rev, data: tree(data), puts: records(rev, rkeys) }
}

/** The difference: `+a` puts, `-a` deletes the post with the record key `a`. */
export function end(rev: string, data: string, difference: string, name = ticket): EndStep {
  const [puts, deletes] = ['+', '-'].map((sign) =>
    difference.split(' ').flatMap((text) => (text.startsWith(sign) ? [text.slice(1)] : [])),
  )
  return {
    kind: 'end',
    did: alice,
    ticket: name,
    rev,
    data: tree(data),
    staged: false,
    puts: records(rev, puts?.join(' ') ?? ''),
    deletes: (deletes ?? []).map((rkey) => ({ collection: post, rkey })),
  }
}

/** What is staged is the whole content. */
export function unveil(rev: string, data: string, name = ticket): EndStep {
  return { ...end(rev, data, '', name), staged: true }
}

export function abort(isFinal = false, name = ticket): BackfillEntry {
  return { kind: 'abort', did: alice, ticket: name, isFinal }
}

export function lapse(reason: DesyncReason = 'gap', after?: number): BackfillEntry {
  return { kind: 'lapse', dids: [alice], reason, ...(after !== undefined && { after }) }
}

export function confirm(rev: string, askedMs: number): BackfillEntry {
  return { kind: 'confirm', askedMs, repos: [{ did: alice, rev }] }
}

export function key(signingKey: string | undefined, isFinal = false): BackfillEntry {
  return { kind: 'key', did: alice, ...(signingKey !== undefined && { signingKey }), isFinal }
}

/** An event whose frame is signed by a key: `verifyFrame` reads it. */
export function unverified(event: CommitEvent | SyncEvent, signedBy: string): UnverifiedEvent {
  const { did, seq, timeMs, rev } = event
  const frame = Buffer.concat([Buffer.from(`${signedBy}\n`), encodeEvent(event)])
  return { kind: 'unverified', did, seq, timeMs, rev, frame: new Uint8Array(frame) }
}

/** Knows the frames of `unverified`; one that is signed by nobody is refused. */
export function verifyFrame(frame: Uint8Array, signingKey: string): RepoEvent {
  const at = frame.indexOf('\n'.charCodeAt(0))
  const signedBy = Buffer.from(frame.subarray(0, at)).toString()
  if (signedBy === 'nobody') throw new Error('not signed')
  if (signedBy !== signingKey) throw Object.assign(new Error('another key'), { name: 'WrongKey' })
  return decodeEvent(frame.subarray(at + 1))
}

function records(rev: string, rkeys: string): readonly BackfillRecord[] {
  const { operations } = commit(rev, [undefined, 'any'], rkeys.replaceAll(/\w+/g, '+$&'))
  return operations.flatMap((operation) => {
    if (operation.op === 'delete') return []
    const { collection, rkey, cid, record: bytes } = operation
    return [{ collection, rkey, cid, bytes }]
  })
}

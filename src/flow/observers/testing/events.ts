import { encode } from '@atcute/cbor'
import type { Did } from '../../../model/did.ts'
import type { ObservedEvent } from '../observed-event.ts'

export const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' as Did
export const bob = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb' as Did

export interface Made extends Partial<Omit<ObservedEvent, 'bytes'>> {
  readonly record?: object
}

/** An event of alice's; a post is created where nothing else is said. */
export function event({ record = { text: 'high tide' }, ...given }: Made = {}): ObservedEvent {
  const base = {
    operation: 'create',
    did: alice,
    collection: 'app.bsky.feed.post',
    rkey: '3lc',
    rev: '3lctide2222',
    timeMs: Date.UTC(2026, 0, 1),
    ...given,
  } as const
  return base.operation === 'delete' ? base : { ...base, cid: 'bafy', bytes: encode(record) }
}

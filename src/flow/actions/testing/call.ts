import type { Did } from '../../../model/did.ts'
import type { EventJson } from '../../../model/event-json.ts'
import type { ActionCall } from '../run-action.ts'

export const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' as Did

/** A call about a post of alice's. */
export function call(event: Partial<EventJson> = {}, own: Partial<ActionCall> = {}): ActionCall {
  return {
    id: 'msg_2b3c',
    observer: 'one',
    event: {
      operation: 'create',
      uri: `at://${alice}/app.bsky.feed.post/3lc`,
      did: alice,
      collection: 'app.bsky.feed.post',
      rkey: '3lc',
      rev: '3lctide2222',
      time: '2026-01-01T00:00:00.000Z',
      cid: 'bafy',
      record: { value: { text: 'high tide', tags: ['sea', 'moon'], subject: 'did:plc:bob' } },
      ...event,
    },
    attempts: 0,
    timeoutMs: 5000,
    signal: new AbortController().signal,
    ...own,
  }
}

import { type BaseSchema, safeParse } from '@atcute/lexicons/validations'
import type { Nsid } from '../../model/nsid.ts'
import { escaped } from './data-model.ts'
import { InvalidRecordError } from './errors.ts'
import type { LocalKey, RecordValue } from './local-records.ts'

/**
 * Checks a record against the lexicon of its collection, where that is one of Bluesky's. Others are not known here, as on
 * any host, and what they say is up to whoever writes.
 *
 * @throws {InvalidRecordError} that points at the first value that does not fit.
 */
export async function checkLexicon({ collection, rkey }: LocalKey, value: RecordValue): Promise<void> {
  const load = lexicons.get(collection)
  if (load === undefined) return
  const { mainSchema } = await load()
  const key = safeParse(mainSchema.key, rkey)
  if (!key.ok) throw wrong(collection, 'the record key', key.message, '')
  const record = safeParse(mainSchema, value)
  if (record.ok) return
  const [first] = record.issues
  const pointer = (first?.path ?? []).map((part) => `/${escaped(part)}`).join('')
  throw wrong(collection, 'the record', record.message, pointer)
}

function wrong(collection: Nsid, what: string, message: string, pointer: string): InvalidRecordError {
  return new InvalidRecordError(`${what} does not fit the lexicon ${collection}: ${message}`, pointer)
}

interface Lexicon {
  readonly mainSchema: BaseSchema & { readonly key: BaseSchema }
}

/** Each is loaded when the first record of its collection is written. */
const lexicons: ReadonlyMap<Nsid, () => Promise<Lexicon>> = new Map<Nsid, () => Promise<Lexicon>>([
  ['app.bsky.actor.profile', () => import('@atcute/bluesky/types/app/actor/profile')],
  ['app.bsky.actor.status', () => import('@atcute/bluesky/types/app/actor/status')],
  ['app.bsky.feed.generator', () => import('@atcute/bluesky/types/app/feed/generator')],
  ['app.bsky.feed.like', () => import('@atcute/bluesky/types/app/feed/like')],
  ['app.bsky.feed.post', () => import('@atcute/bluesky/types/app/feed/post')],
  ['app.bsky.feed.postgate', () => import('@atcute/bluesky/types/app/feed/postgate')],
  ['app.bsky.feed.repost', () => import('@atcute/bluesky/types/app/feed/repost')],
  ['app.bsky.feed.threadgate', () => import('@atcute/bluesky/types/app/feed/threadgate')],
  ['app.bsky.graph.block', () => import('@atcute/bluesky/types/app/graph/block')],
  ['app.bsky.graph.follow', () => import('@atcute/bluesky/types/app/graph/follow')],
  ['app.bsky.graph.list', () => import('@atcute/bluesky/types/app/graph/list')],
  ['app.bsky.graph.listblock', () => import('@atcute/bluesky/types/app/graph/listblock')],
  ['app.bsky.graph.listitem', () => import('@atcute/bluesky/types/app/graph/listitem')],
  ['app.bsky.graph.starterpack', () => import('@atcute/bluesky/types/app/graph/starterpack')],
  ['app.bsky.graph.verification', () => import('@atcute/bluesky/types/app/graph/verification')],
  ['app.bsky.labeler.service', () => import('@atcute/bluesky/types/app/labeler/service')],
  ['app.bsky.notification.declaration', () => import('@atcute/bluesky/types/app/notification/declaration')],
  ['chat.bsky.actor.declaration', () => import('@atcute/bluesky/types/chat/actor/declaration')],
])

import type { Nsid } from './nsid.ts'

/** What a collection holds, in the few words that numbers are grouped by. */
export type CollectionKind = (typeof collectionKinds)[number]

export const collectionKinds = ['post', 'like', 'repost', 'follow', 'block', 'profile', 'other'] as const

export function collectionKind(collection: Nsid): CollectionKind {
  return kinds.get(collection) ?? 'other'
}

const kinds = new Map<Nsid, CollectionKind>([
  ['app.bsky.feed.post', 'post'],
  ['app.bsky.feed.like', 'like'],
  ['app.bsky.feed.repost', 'repost'],
  ['app.bsky.graph.follow', 'follow'],
  ['app.bsky.graph.block', 'block'],
  ['app.bsky.actor.profile', 'profile'],
])

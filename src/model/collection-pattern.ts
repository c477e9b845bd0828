import { isNsid, type Nsid } from './nsid.ts'

/** Whether a text stands for collections: a name, a prefix such as `app.bsky.feed.*`, or `*` for all of them. */
export function isCollectionPattern(text: string): boolean {
  if (text === '*') return true
  // At least one part follows a prefix; with a second one even `app.*` becomes a complete name.
  return text.endsWith('.*') ? isNsid(`${text.slice(0, -2)}.some.name`) : isNsid(text)
}

/** Whether a collection is one of those that patterns stand for. */
export function isIn(patterns: readonly string[], collection: Nsid): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? collection.startsWith(pattern.slice(0, -1)) : collection === pattern,
  )
}

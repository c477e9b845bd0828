/** The type of a record: a namespaced identifier such as `app.bsky.feed.post` (https://atproto.com/specs/nsid). */
export type Nsid = string

export function isNsid(text: unknown): text is Nsid {
  return typeof text === 'string' && text.length <= 317 && syntax.test(text)
}

const syntax =
  /^[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/

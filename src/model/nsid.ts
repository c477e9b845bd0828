/** The type of a record: a namespaced identifier such as `app.bsky.feed.post` (https://atproto.com/specs/nsid). */
export type Nsid = string

export function isNsid(text: unknown): text is Nsid {
  return typeof text === 'string' && text.length <= 317 && nsidSyntax.test(text)
}

/** The syntax of an NSID; it may have 317 characters. */
export const nsidSyntax =
  /^[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/

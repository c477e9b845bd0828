/** A decentralised identifier, as AT Protocol restricts it (https://atproto.com/specs/did). */
export type Did = `did:${string}:${string}`

/** Tells whether a text is a DID by AT Protocol's syntax; says nothing about whether it exists. */
export function isDid(text: unknown): text is Did {
  return typeof text === 'string' && text.length <= 2048 && didSyntax.test(text)
}

/** The syntax of a DID; it may have 2048 characters. */
export const didSyntax = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/

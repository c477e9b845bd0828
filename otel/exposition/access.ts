import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Who may scrape: the holder of a token, or of a name and password. */
export type EndpointAuth =
  | { readonly bearerToken: string }
  | { readonly basic: { readonly username: string; readonly password: string } }

/** Decides from the request alone, in a time that tells nothing about the secret. */
export type Guard = (request: IncomingMessage) => boolean

/**
 * Makes the guard for an endpoint; without `auth` it lets everybody in.
 *
 * @throws {TypeError} when a secret is empty, which would let everybody in unnoticed.
 */
export function createGuard(auth: EndpointAuth | undefined): Guard {
  if (auth === undefined) return () => true
  const expected = digest(authorization(auth))
  return ({ headers }) => timingSafeEqual(digest(normalized(headers.authorization ?? '')), expected)
}

/** Names the scheme that a client has to use, for the `WWW-Authenticate` header. */
export function challenge(auth: EndpointAuth): string {
  return 'basic' in auth ? 'Basic realm="metrics", charset="UTF-8"' : 'Bearer realm="metrics"'
}

function authorization(auth: EndpointAuth): string {
  if ('basic' in auth) {
    const { username, password } = auth.basic
    if (!username || !password)
      throw new TypeError('auth.basic of the scrape endpoint needs a username and a password')
    if (username.includes(':'))
      throw new TypeError('auth.basic.username of the scrape endpoint must not contain ":"')
    return `basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
  if (!auth.bearerToken) throw new TypeError('auth.bearerToken of the scrape endpoint is empty')
  return `bearer ${auth.bearerToken}`
}

/** The scheme is compared without case, the credentials with it. */
function normalized(header: string): string {
  const [, scheme = '', credentials = ''] = /^(\S+) +(.*)$/.exec(header) ?? []
  return `${scheme.toLowerCase()} ${credentials}`
}

/** Digests have one length, so that comparing them does not even tell how long the secret is. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

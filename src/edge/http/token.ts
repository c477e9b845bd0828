import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { Problem } from './problem.ts'

/** Refuses callers without the token (RFC 6750). How long that takes reveals nothing about the token. */
export function requireToken(token: string): RequestHandler {
  const expected = digest(token)
  return (request, _response, next) => {
    const [, shown] = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '') ?? []
    if (shown !== undefined && timingSafeEqual(digest(shown), expected)) return next()
    const error = shown === undefined ? '' : ', error="invalid_token"'
    throw new Problem(401, {
      detail: 'send the token of this server: Authorization: Bearer TOKEN',
      headers: { 'WWW-Authenticate': `Bearer realm="tidegauge"${error}` },
    })
  }
}

/** Makes texts of any length comparable in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

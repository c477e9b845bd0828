import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { RequestHandler } from 'express'
import { Problem } from './problem.ts'

export interface AddressedOptions {
  /** Names by which this server may be addressed, besides `localhost` and IP addresses. */
  readonly names: readonly string[]
}

/**
 * Refuses requests that a page of somebody else makes its reader's browser send: those addressed by a name that is not
 * ours, which DNS may have turned to this machine, and those whose `Origin` is another (https://fetch.spec.whatwg.org/#origin-header).
 */
export function requireAddressed(options: AddressedOptions): RequestHandler {
  const check = checkAddressed(options)
  return (request, _response, next) => {
    check(request)
    next()
  }
}

/** The same for requests that do not come by way of Express. @returns what throws a {Problem} for those to refuse. */
export function checkAddressed({
  names,
}: AddressedOptions): (request: Pick<IncomingMessage, 'headers'>) => void {
  const known = new Set(['localhost', ...names].map((name) => name.toLowerCase()))
  return ({ headers }) => {
    const { host = '', origin } = headers
    const name = hostName(host)
    if (name === undefined || !(isIP(name) !== 0 || known.has(name)))
      throw new Problem(421, {
        detail: `this server is not addressed as ${printable(host)}: use its IP address or localhost, or name it in --allowed-hosts`,
      })
    if (origin !== undefined && !isOwn(origin, host))
      throw new Problem(403, { detail: `pages of ${printable(origin)} may not ask this server` })
  }
}

/** The status by which `check` refuses a request; undefined for one that it lets through. */
export function refusalBy(
  check: ReturnType<typeof checkAddressed>,
): (request: Pick<IncomingMessage, 'headers'>) => number | undefined {
  return (request) => {
    try {
      check(request)
      return undefined
    } catch (error) {
      if (error instanceof Problem) return error.status
      throw error
    }
  }
}

/** @returns the name in a `Host` header, in lower case and without the port; undefined for what is not one. */
function hostName(host: string): string | undefined {
  const url = `http://${host}`
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(url)) return undefined
  return new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

function isOwn(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: other } = new URL(origin)
  return (protocol === 'http:' || protocol === 'https:') && other === host.toLowerCase()
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 200))
}

import { Problem } from './problem.ts'

/** The headers that say so, as they arrive. */
export interface PreconditionHeaders {
  readonly 'If-Match'?: string | undefined
  readonly 'If-None-Match'?: string | undefined
}

/** Whether a request may go on, given the CID that the record has now; `null` for no record (RFC 9110, section 13). */
export type Precondition = (current: string | null) => boolean

/**
 * Reads `If-Match` and `If-None-Match`. The tag of a record is its CID.
 *
 * @returns undefined where the request has neither.
 * @throws {Problem} 400 for a header that is not one.
 */
export function preconditionOf(headers: PreconditionHeaders): Precondition | undefined {
  const { 'If-Match': match, 'If-None-Match': noneMatch } = headers
  if (match === undefined && noneMatch === undefined) return undefined
  // A weak tag never matches what is about to be changed, and always what is not to be there.
  const wanted = match === undefined ? undefined : tagsOf('If-Match', match, false)
  const unwanted = noneMatch === undefined ? undefined : tagsOf('If-None-Match', noneMatch, true)
  return (current) =>
    (wanted === undefined || (current !== null && includes(wanted, current))) &&
    (unwanted === undefined || current === null || !includes(unwanted, current))
}

function includes(tags: readonly string[] | '*', current: string): boolean {
  return tags === '*' || tags.includes(current)
}

function tagsOf(name: string, text: string, takesWeak: boolean): readonly string[] | '*' {
  if (text.trim() === '*') return '*'
  if (!list.test(text))
    throw new Problem(400, { detail: `${name} must be * or tags in quotes, such as "bafyrei…"` })
  return Array.from(text.matchAll(tag), ([, weak = '', cid = '']) => (weak && !takesWeak ? [] : [cid])).flat()
}

const tag = /(W\/)?"([^"]*)"/g
const list = /^\s*(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*\s*$/

import { isDid } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { AccountStatus, HostPage, ListedPage, ListedRepo } from './host.ts'

/**
 * Reads the answer of `listRepos` or `listReposByCollection`. Entries that are not repos are left out: one of them
 * must not hide all that follow.
 *
 * @throws {InvalidError} when it is no such answer.
 */
export function listedPageFrom(answer: unknown): ListedPage {
  const { repos, cursor } = objectFrom(answer)
  if (!Array.isArray(repos)) throw new InvalidError('its answer has no list of repos')
  return { repos: repos.map(listedRepoFrom).filter((repo) => repo !== undefined), ...cursorFrom(cursor) }
}

/** Reads the answer of `listHosts`. @throws {InvalidError} when it is no such answer. */
export function hostPageFrom(answer: unknown): HostPage {
  const { hosts, cursor } = objectFrom(answer)
  if (!Array.isArray(hosts)) throw new InvalidError('its answer has no list of hosts')
  const read = hosts.flatMap((entry) => {
    const { hostname, status } = isObject(entry) ? entry : {}
    if (typeof hostname !== 'string' || hostname.length > maxHostnameLength) return []
    return [{ hostname, ...(isShortText(status) && { status }) }]
  })
  return { hosts: read, ...cursorFrom(cursor) }
}

/** Reads the answer of `getLatestCommit`. @throws {InvalidError} when it is no such answer. */
export function latestCommitFrom(answer: unknown): { readonly rev: string; readonly cid: string } {
  const { rev, cid } = objectFrom(answer)
  if (!isRev(rev)) throw new InvalidError('its answer has no revision')
  if (!isShortText(cid)) throw new InvalidError('its answer has no CID')
  return { rev, cid }
}

/** Reads the answer of `getRepoStatus`. @throws {InvalidError} when it is no such answer. */
export function accountStatusFrom(answer: unknown): AccountStatus {
  const { active, status } = objectFrom(answer)
  if (typeof active !== 'boolean')
    throw new InvalidError('its answer does not say whether the repo is active')
  return { active, ...(isShortText(status) && { status }) }
}

/** Reads the name and the message of a refusal, as far as there are any. */
export function refusalFrom(answer: unknown): { readonly name?: string; readonly message?: string } {
  if (!isObject(answer)) return {}
  const { error, message } = answer
  return {
    ...(isShortText(error) && { name: error }),
    ...(typeof message === 'string' && { message: message.slice(0, maxTextLength) }),
  }
}

function listedRepoFrom(entry: unknown): ListedRepo | undefined {
  if (!isObject(entry) || !isDid(entry.did)) return undefined
  const { did, rev, active, status } = entry
  return {
    did,
    ...(isRev(rev) && { rev }),
    ...(typeof active === 'boolean' && { active }),
    ...(isShortText(status) && { status }),
  }
}

function cursorFrom(cursor: unknown): { readonly cursor?: string } {
  if (cursor === undefined || cursor === null || cursor === '') return {}
  if (typeof cursor !== 'string') throw new InvalidError('its answer has a cursor that is no text')
  if (cursor.length > maxCursorLength)
    throw new InvalidError(`its answer has a cursor of more than ${maxCursorLength} characters`)
  return { cursor }
}

function objectFrom(answer: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(answer)) throw new InvalidError('its answer is no object')
  return answer
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxTextLength

/** A TID, by which revisions are compared. */
const isRev = (value: unknown): value is string => typeof value === 'string' && /^[2-7a-z]{13}$/.test(value)

const maxTextLength = 256
const maxHostnameLength = 260
const maxCursorLength = 2048

import { lookup } from 'node:dns'
import { type Agent, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { json } from 'node:stream/consumers'
import { InvalidError, UpstreamError } from '../../model/errors.ts'
import { type AddressPolicy, isCallable, isLoopback } from './address.ts'

export interface GetJsonOptions {
  /** For an address that a stranger chose; absent for one that the operator chose. */
  readonly policy?: AddressPolicy
  readonly agent?: Agent
  /** Longest answer, in bytes. */
  readonly maxBytes: number
  /** How long the whole of it may take, in ms. */
  readonly timeoutMs: number
}

export interface JsonAnswer {
  readonly status: number
  /** Absent when the status is not 200. */
  readonly body?: unknown
}

/**
 * Fetches JSON, without following redirects. The address behind a name is checked when the connection is made, so
 * that a name whose address changes in between is of no use to an attacker.
 *
 * @throws {InvalidError} when the address is not one that may be called.
 * @throws {UpstreamError} when there is no answer, or one that is not JSON.
 */
export async function getJson(
  url: URL,
  { policy, agent, maxBytes, timeoutMs }: GetJsonOptions,
): Promise<JsonAnswer> {
  if (policy) checkUrl(url, policy)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<JsonAnswer>()
  const call = request(url, {
    agent,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/did+ld+json, application/json', 'user-agent': 'tidegauge' },
    ...(policy && { lookup: guardedLookup(policy) }),
  })
  call.on('error', reject)
  call.on('response', (response) => {
    response.on('error', reject)
    const status = response.statusCode ?? 0
    if (status !== 200) {
      response.resume()
      resolve({ status })
      return
    }
    let sizeBytes = 0
    response.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) response.destroy(new Error(`its answer is longer than ${maxBytes} bytes`))
    })
    json(response).then((body) => resolve({ status, body }), reject)
  })
  call.end()
  return promise.catch((error: Error) => {
    if (error instanceof InvalidError) throw error
    throw new UpstreamError(`${url.host} failed to answer: ${reasonOf(error)}`, { cause: error })
  })
}

function checkUrl({ protocol, hostname, host }: URL, policy: AddressPolicy): void {
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && !isCallable(address, policy)) throw notCallable(host)
  const local = hostname === 'localhost' || isLoopback(address)
  if (protocol !== 'https:' && !(protocol === 'http:' && local && policy.allowLoopback))
    throw notCallable(host)
}

/** Refuses a name when any of its addresses may not be called. */
function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) callback(error ?? notCallable(hostname), '', 0)
      else if (!addresses.every(({ address }) => isCallable(address, policy)))
        callback(notCallable(hostname), '', 0)
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

const notCallable = (host: string) => new InvalidError(`${host} is not a public address reached by https`)

function reasonOf(error: Error & { code?: string }): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'it took too long'
  const [first] = error instanceof AggregateError ? error.errors : []
  return (first ?? error).message || error.code || error.name
}

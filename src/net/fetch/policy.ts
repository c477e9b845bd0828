import { isIP } from 'node:net'
import { InvalidError } from '../../model/errors.ts'
import { type AddressPolicy, isCallable, isLoopback } from './address.ts'

/** Which URLs may be called. Without anything in it: https to public addresses. */
export interface FetchPolicy extends Partial<AddressPolicy> {
  /**
   * Its origin was chosen by the operator, so it may be anywhere, also by http. Other origins, such as those that it
   * redirects to, are judged as all are. Only for requests whose URL the operator chose as well: a stranger who can
   * name a URL could name this one.
   */
  readonly trusted?: URL
}

/** @throws {InvalidError} when a URL, as it is written, may not be called. What its name leads to is judged later. */
export function judgeUrl(url: URL, policy: FetchPolicy): void {
  const { protocol, hostname, username, password } = url
  if (protocol !== 'https:' && protocol !== 'http:') throw refused(url, 'is not an address of the web')
  if (username !== '' || password !== '') throw refused(url, 'has a user name or a password in it')
  if (isTrusted(url, policy)) return
  const address = hostname.replace(/^\[|\]$/g, '')
  const isLocal = hostname === 'localhost' || isLoopback(address)
  if (protocol === 'http:' && !(isLocal && policy.allowLoopback))
    throw refused(url, 'is not reached by https')
  if (isIP(address) !== 0) judgeAddress(address, url, policy)
  if (!isSensiblePort(url)) throw refused(url, `is on port ${url.port}, where no web server is expected`)
}

/** @throws {InvalidError} when an address that a URL leads to may not be called. */
export function judgeAddress(address: string, url: URL, policy: FetchPolicy): void {
  if (isTrusted(url, policy)) return
  const { allowLoopback = false } = policy
  if (!isCallable(address, { allowLoopback })) throw refused(url, `leads to ${address}, which is not public`)
  // A name that is local by its spelling, and elsewhere by its look-up, must not get a request in the clear.
  if (url.protocol === 'http:' && !isLoopback(address)) throw refused(url, 'is not reached by https')
}

/** Whether the operator chose where a URL leads. */
export function isTrusted(url: URL, { trusted }: FetchPolicy): boolean {
  return trusted !== undefined && url.origin === trusted.origin
}

const refused = ({ protocol, host }: URL, why: string) =>
  new InvalidError(`${protocol}//${host} is not called: it ${why}`)

/** The port of the scheme, or a high one that does not belong to something else. */
function isSensiblePort({ port }: URL): boolean {
  return port === '' || (Number(port) >= 1024 && !otherServices.has(Number(port)))
}

/**
 * High ports of what else listens in a network: databases, caches, brokers, remote control, mail and telephony. The
 * standard of fetch blocks some of them (https://fetch.spec.whatwg.org/#port-blocking), but no database.
 */
const otherServices: ReadonlySet<number> = new Set([
  ...[1433, 1521, 3306, 5432, 5433, 6379, 6380, 7000, 7001, 7687, 9042, 11211, 26379, 27017, 27018, 27019],
  ...[1883, 4222, 5671, 5672, 8883, 9092, 9093, 15672, 61613, 61616],
  ...[1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3389, 3659, 4045, 4190, 5060, 5061, 5900, 5901],
  ...[6000, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9200, 9300, 10080, 10250, 10255],
])

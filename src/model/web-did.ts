import { isIP } from 'node:net'
import type { Did } from './did.ts'

/** Why no `did:web` of AT Protocol leads to an address; undefined where one does. */
export function whyNoWebDid({ protocol, hostname, port, pathname }: URL): string | undefined {
  if (pathname !== '/') return 'it has a path'
  if (hostname === 'localhost') return undefined
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return 'it is an IP address and not a name'
  if (protocol !== 'https:') return 'it is not https'
  if (port !== '') return 'it has a port'
  return hostname.includes('.') ? undefined : 'it is not the name of a domain'
}

/** The `did:web` of an address that has one. Beside a name, only that of this machine may have a port. */
export function webDid({ hostname, port }: Pick<URL, 'hostname' | 'port'>): Did {
  return `did:web:${hostname}${port === '' ? '' : `%3A${port}`}`
}

/** The name and port that a `did:web` is of; undefined for another DID. */
export function webDidPlace(did: Did): { readonly hostname: string; readonly port: string } | undefined {
  const [, hostname, port = ''] = /^did:web:([a-zA-Z0-9.-]+)(?:%3A(\d+))?$/.exec(did) ?? []
  return hostname === undefined ? undefined : { hostname, port }
}

/** Whether a DID is one that is good on this machine alone. */
export function isLocalDid(did: Did): boolean {
  return webDidPlace(did)?.hostname === 'localhost'
}

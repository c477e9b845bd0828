import type { Config } from '../config.ts'
import type { Did } from '../model/did.ts'
import { isLocalDid, webDid, webDidPlace, whyNoWebDid } from '../model/web-did.ts'

export interface OwnPlaceOptions extends Pick<Config, 'publicUrl' | 'ownDid'> {
  /** The DID that the own repo was written under; undefined before its first record. */
  readonly stored: Did | undefined
  /** Of the API; 0 where none listens. */
  readonly port: number
}

/** Who the node's own repo belongs to, and where it is found. */
export interface OwnPlace {
  readonly did: Did
  readonly address: URL
  /** The name that leads to the DID; absent where the address has none. */
  readonly handle?: string
  /** Why others cannot follow it, where that is not what was asked for. */
  readonly warning?: string
}

/**
 * What is configured counts, then what the repo was written under, and without either the node is found on this machine
 * alone.
 */
export function ownPlace({ publicUrl, ownDid, stored, port }: OwnPlaceOptions): OwnPlace {
  const here = new URL(`http://localhost:${port}`)
  const did = ownDid ?? (publicUrl && webDid(publicUrl)) ?? stored ?? webDid(here)
  const place = webDidPlace(did)
  const isLocal = isLocalDid(did)
  const named = place && !isLocal ? new URL(`https://${place.hostname}`) : undefined
  const local = port === 0 && place?.port ? new URL(`http://localhost:${place.port}`) : here
  const address = publicUrl ?? named ?? local
  const handle =
    whyNoWebDid(address) === undefined && !isLocalDid(webDid(address)) ? address.hostname : undefined
  const isElsewhere = isLocal && publicUrl === undefined && port !== 0 && place?.port !== String(port)
  return {
    did,
    address,
    ...(handle !== undefined && { handle }),
    ...(isElsewhere && {
      warning: `the own repo was made on port ${place?.port}, and nobody finds it on another: start with --port ${place?.port}`,
    }),
    ...(address === here &&
      !isLocal && { warning: 'nobody finds the own repo: say where with --public-url' }),
  }
}

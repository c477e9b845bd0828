import type { Did } from '../../model/did.ts'

/** Keeps what DIDs were resolved to, for the next start, and for when the directory does not answer. */
export interface Identities {
  find(did: Did): Promise<KeptIdentity | undefined>

  /** Keeps all of them or none, each in place of what was kept of its DID. Of too many, those kept longest ago go. */
  keep(identities: readonly KeptIdentity[]): Promise<void>

  /** What is kept of these may be wrong by now. On disk before anything that is written after the call. */
  forget(dids: readonly Did[]): Promise<void>
}

export interface KeptIdentity {
  readonly did: Did
  /** The public key that signs the commits of the repo, as multikey: `z…`. */
  readonly signingKey: string
  /** Origin of the host that holds the repo. */
  readonly pds?: string
  readonly handle?: string
  /** The directory of `did:plc` that was asked then: another one may say otherwise. */
  readonly directory: string
  /** In ms since 1970. */
  readonly answeredMs: number
}

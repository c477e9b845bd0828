import { getPublicKeyFromDidController, P256PublicKey, Secp256k1PublicKey } from '@atcute/crypto'
import {
  type DidDocument,
  defs,
  getAtprotoHandle,
  getAtprotoVerificationMaterial,
  getPdsEndpoint,
  type VerificationMaterial,
} from '@atcute/identity'
import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'

/** What a DID document says that matters to us. */
export interface IdentityInfo {
  readonly did: Did
  /** The public key that signs the commits of the repo, as multikey: `z…`. */
  readonly signingKey: string
  /** Origin of the host that holds the repo. A stranger chose it: never call it without looking where it leads. */
  readonly pds?: string
  /** What the document claims; whether the handle points back to the DID is not checked. */
  readonly handle?: string
}

/** @throws {InvalidError} when it is no document of `did`, or has no key that can sign a repo. */
export async function readDocument(did: Did, body: unknown): Promise<IdentityInfo> {
  const document = parse(body)
  if (document?.id !== did) throw new InvalidError(`what stands for ${did} is not its DID document`)
  const material = getAtprotoVerificationMaterial(document)
  if (!material) throw new InvalidError(`the document of ${did} has no key for a repo`)
  const signingKey = await toMultikey(material).catch((cause) => {
    throw new InvalidError(`the document of ${did} has a key that cannot be used`, { cause })
  })
  const pds = getPdsEndpoint(document)
  const handle = getAtprotoHandle(document)
  return Object.freeze({ did, signingKey, ...(pds && { pds }), ...(handle && { handle }) })
}

function parse(body: unknown): DidDocument | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  // The context changes nothing of what is read here, and comes in more forms than the schema knows.
  const result = defs.didDocument['~standard'].validate({ ...body, '@context': undefined })
  return 'value' in result ? result.value : undefined
}

/** Older documents name the curve by the type of the key, and write the point in full. */
async function toMultikey(material: VerificationMaterial): Promise<string> {
  const { type, publicKeyBytes } = getPublicKeyFromDidController(material)
  if (material.type === 'Multikey') return material.publicKeyMultibase
  const key = await (type === 'p256' ? P256PublicKey : Secp256k1PublicKey).importRaw(
    compressed(publicKeyBytes),
  )
  return key.exportPublicKey('multikey')
}

function compressed(point: Uint8Array): Uint8Array {
  if (point.length !== 65) return point
  const odd = (point[64] as number) & 1
  return Uint8Array.of(2 + odd, ...point.subarray(1, 33))
}

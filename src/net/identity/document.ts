import { getPublicKeyFromDidController } from '@atcute/crypto'
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

/** What the service needs of a DID document. */
export interface IdentityInfo {
  readonly did: Did
  /** The public key that signs the commits of the repo, as multikey: `z…`. */
  readonly signingKey: string
  /** Origin of the host that holds the repo. A stranger chose it: never connect to it without checking where it leads. */
  readonly pds?: string
  /** What the document claims; whether the handle points back to the DID is not checked. */
  readonly handle?: string
}

/** @throws {InvalidError} when it is not the document of `did`, or has no key that can sign a repo. */
export function readDocument(did: Did, body: unknown): IdentityInfo {
  const document = parse(body)
  if (document?.id !== did) throw new InvalidError(`the answer for ${did} is not its DID document`)
  const material = getAtprotoVerificationMaterial(document)
  if (!material) throw new InvalidError(`the document of ${did} has no key for a repo`)
  const signingKey = readKey(did, material)
  const pds = getPdsEndpoint(document)
  const handle = getAtprotoHandle(document)
  return Object.freeze({
    did,
    signingKey,
    ...(pds && { pds: new URL(pds).origin }),
    ...(handle && { handle }),
  })
}

function readKey(did: Did, material: VerificationMaterial): string {
  try {
    return toMultikey(material)
  } catch (cause) {
    throw new InvalidError(`the document of ${did} has a key that cannot be used`, { cause })
  }
}

function parse(body: unknown): DidDocument | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  // The context does not change what is read here, and comes in more forms than the schema knows.
  const result = defs.didDocument['~standard'].validate({ ...body, '@context': undefined })
  return 'value' in result ? result.value : undefined
}

/** Older documents name the curve by the type of the key, and may write the point in full. */
function toMultikey(material: VerificationMaterial): string {
  const { type, publicKeyBytes } = getPublicKeyFromDidController(material)
  if (material.type === 'Multikey') return material.publicKeyMultibase
  const prefix = type === 'p256' ? [0x80, 0x24] : [0xe7, 0x01]
  return `z${base58(Buffer.from([...prefix, ...compressed(publicKeyBytes)]))}`
}

function compressed(point: Uint8Array): Uint8Array {
  if (point.length !== 65) return point
  const odd = (point[64] as number) & 1
  return Uint8Array.of(2 + odd, ...point.subarray(1, 33))
}

/** Of bytes that do not begin with a zero. */
function base58(bytes: Buffer): string {
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n)
    text = `${alphabet[Number(rest % 58n)]}${text}`
  return text
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

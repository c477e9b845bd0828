import type { Did } from './did.ts'

export interface DocumentSubject {
  readonly did: Did
  /** @default the document names none */
  readonly handle?: string | undefined
}

/** The DID document of an account, as the PLC directory writes it. */
export function didDocument({ did, handle }: DocumentSubject, multikey: string, pds: URL): object {
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/multikey/v1',
      'https://w3id.org/security/suites/secp256k1-2019/v1',
    ],
    id: did,
    alsoKnownAs: handle === undefined ? [] : [`at://${handle}`],
    verificationMethod: [
      { id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: multikey },
    ],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: pds.origin }],
  }
}

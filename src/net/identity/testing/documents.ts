import type { ServerResponse } from 'node:http'
import { Secp256k1PrivateKeyExportable } from '@atcute/crypto'
import type { Did } from '../../../model/did.ts'
import { didDocument } from '../../../model/did-document.ts'
import { WebServer } from '../../fetch/testing/web-server.ts'
import { Identity } from '../identity.ts'
import type { IdentityOptions } from '../options.ts'

/** DIDs that differ in their last letters. */
export function testDid(number: number): Did {
  const letters = [...number.toString(26)].map((digit) =>
    String.fromCharCode(97 + Number.parseInt(digit, 26)),
  )
  return `did:plc:${letters.join('').padStart(24, 'a')}`
}

let multikey: Promise<string> | undefined

/** A key, always the same, as documents name it. */
export function testKey(): Promise<string> {
  multikey ??= Secp256k1PrivateKeyExportable.createKeypair().then((keypair) =>
    keypair.exportPublicKey('multikey'),
  )
  return multikey
}

export async function testDocument(id: Did, handle = 'alice.test'): Promise<Record<string, unknown>> {
  return didDocument({ did: id, handle }, await testKey(), new URL('https://pds.example')) as Record<
    string,
    unknown
  >
}

/** Answers with the document of the DID that the path names. */
export async function sendDocument(response: ServerResponse, path = response.req.url ?? ''): Promise<void> {
  const did = decodeURIComponent(path.slice(1)) as Did
  response.setHeader('content-type', 'application/json').end(JSON.stringify(await testDocument(did)))
}

/** A directory on loopback that answers as it is told, and an identity that asks it. */
export async function setupDirectory(
  answer: (response: ServerResponse, path: string) => void,
  options: Partial<IdentityOptions> = {},
) {
  const stack = new AsyncDisposableStack()
  const directory = stack.use(await WebServer.start((response, { url = '' }) => answer(response, url)))
  const identity = stack.use(new Identity({ plc: directory.url, ...options }))
  const { asked, url } = directory
  return {
    identity,
    asked,
    port: url.port,
    host: url.host,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

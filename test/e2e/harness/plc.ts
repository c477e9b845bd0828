import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Writes to the directory of DIDs with the key that all PDSs of a test share, as the owner of a DID would. */
export class PlcWriter {
  readonly #client: PlcClient
  readonly #crypto: Crypto
  readonly #rotationKey: string

  /** @param folder whose node_modules has the PDS and the PLC. */
  constructor(folder: string, plc: string, rotationKey: string) {
    const load = createRequire(join(folder, 'package.json'))
    const { Client } = load('@did-plc/lib') as { Client: new (url: string) => PlcClient }
    this.#client = new Client(plc)
    this.#crypto = load('@atproto/crypto') as Crypto
    this.#rotationKey = rotationKey
  }

  /** A new key for an account, with the file that the PDS keeps it in. */
  async newKey(): Promise<{ readonly did: string; readonly file: Uint8Array }> {
    const key = await this.#crypto.Secp256k1Keypair.create({ exportable: true })
    return { did: key.did(), file: await key.export() }
  }

  /** Names another signing key, and another PDS where one is given. */
  async update(did: string, { signingKey, pds }: { signingKey: string; pds?: string }): Promise<void> {
    const signer = await this.#crypto.Secp256k1Keypair.import(this.#rotationKey)
    await this.#client.updateData(did, signer, (last) => ({
      ...last,
      verificationMethods: { ...last.verificationMethods, atproto: signingKey },
      services: pds ? { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: pds } } : last.services,
    }))
  }
}

interface PlcClient {
  updateData(did: string, signer: Keypair, change: (last: PlcData) => PlcData): Promise<void>
}

interface PlcData {
  readonly verificationMethods: Readonly<Record<string, string>>
  readonly services: Readonly<Record<string, { readonly type: string; readonly endpoint: string }>>
}

interface Keypair {
  did(): string
  export(): Promise<Uint8Array>
}

interface Crypto {
  readonly Secp256k1Keypair: {
    create(options: { exportable: boolean }): Promise<Keypair>
    import(key: string): Promise<Keypair>
  }
}

import type { Xrpc } from './xrpc.ts'

export type AccountStatus = 'active' | 'deactivated' | 'takendown' | 'deleted'

export type Write =
  | {
      readonly op: 'create' | 'update'
      readonly collection: string
      readonly rkey: string
      readonly text: string
    }
  | { readonly op: 'delete'; readonly collection: string; readonly rkey: string }

/** An account of the PDS with a ledger of what was done through it. */
export class Account {
  readonly did: string
  readonly operations = { create: 0, update: 0, delete: 0 }
  /** The keys of its records, by collection. */
  readonly keys = new Map<string, Set<string>>()
  handle: string
  status: AccountStatus = 'active'
  #xrpc: Xrpc
  #jwt: string

  constructor(xrpc: Xrpc, { did, handle, accessJwt }: { did: string; handle: string; accessJwt: string }) {
    this.#xrpc = xrpc
    this.#jwt = accessJwt
    this.did = did
    this.handle = handle
  }

  static async create(xrpc: Xrpc, name: string): Promise<Account> {
    const input = { handle: `${name}.test`, email: `${name}@example.test`, password: 'correct-horse' }
    return new Account(xrpc, await xrpc.procedure('com.atproto.server.createAccount', undefined, input))
  }

  /** How many records it has. */
  get size(): number {
    return this.keys.values().reduce((sum, keys) => sum + keys.size, 0)
  }

  async createRecord(collection: string, rkey: string, text: string): Promise<void> {
    await this.#repo('createRecord', { collection, rkey, record: record(collection, text) })
    this.#enter({ op: 'create', collection, rkey, text })
  }

  /** Creates the record, or replaces it; `text` must differ from what is there, or the PDS writes nothing. */
  async putRecord(collection: string, rkey: string, text: string): Promise<void> {
    await this.#repo('putRecord', { collection, rkey, record: record(collection, text) })
    this.#enter({ op: this.keys.get(collection)?.has(rkey) ? 'update' : 'create', collection, rkey, text })
  }

  async deleteRecord(collection: string, rkey: string): Promise<void> {
    await this.#repo('deleteRecord', { collection, rkey })
    this.#enter({ op: 'delete', collection, rkey })
  }

  /** Makes up to 200 writes in one commit. */
  async applyWrites(writes: readonly Write[]): Promise<void> {
    const inputs = writes.map((write) => {
      const { op, collection, rkey } = write
      const value = op === 'delete' ? undefined : record(collection, write.text)
      return { $type: `com.atproto.repo.applyWrites#${op}`, collection, rkey, value }
    })
    await this.#repo('applyWrites', { writes: inputs })
    for (const write of writes) this.#enter(write)
  }

  async updateHandle(name: string): Promise<void> {
    this.handle = `${name}.test`
    await this.#xrpc.procedure('com.atproto.identity.updateHandle', this.#jwt, { handle: this.handle })
  }

  async deactivate(): Promise<void> {
    await this.#xrpc.procedure('com.atproto.server.deactivateAccount', this.#jwt, {})
    this.status = 'deactivated'
  }

  async activate(): Promise<void> {
    await this.#xrpc.procedure('com.atproto.server.activateAccount', this.#jwt)
    this.status = 'active'
  }

  /** What a moderator of the PDS does. @param applied whether it is taken down, or that is lifted. */
  async takeDown(applied = true): Promise<void> {
    await this.#xrpc.admin('com.atproto.admin.updateSubjectStatus', {
      subject: { $type: 'com.atproto.admin.defs#repoRef', did: this.did },
      takedown: { applied },
    })
    this.status = applied ? 'takendown' : 'active'
  }

  async delete(): Promise<void> {
    await this.#xrpc.admin('com.atproto.admin.deleteAccount', { did: this.did })
    this.status = 'deleted'
    this.keys.clear()
  }

  /** A token that another server takes for a call of this account's. */
  async serviceAuth(aud: string, lxm: string): Promise<string> {
    const parameters = { aud, lxm }
    const { token } = await this.#xrpc.query<{ token: string }>(
      'com.atproto.server.getServiceAuth',
      parameters,
      this.#jwt,
    )
    return token
  }

  /**
   * Creates the account at another PDS, where it is inactive, and imports its repo; from here on it is that one's.
   *
   * @returns what the DID document has to say from now on.
   */
  async moveTo(
    xrpc: Xrpc,
    token: string,
    car: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly verificationMethods: { readonly atproto: string } }> {
    const { did, handle } = this
    const name = handle.split('.')[0]
    const input = { did, handle, email: `${name}@moved.test`, password: 'correct-horse' }
    const { accessJwt } = await xrpc.procedure<{ accessJwt: string }>(
      'com.atproto.server.createAccount',
      token,
      input,
    )
    await xrpc.upload('com.atproto.repo.importRepo', accessJwt, car, 'application/vnd.ipld.car')
    this.#xrpc = xrpc
    this.#jwt = accessJwt
    return xrpc.query('com.atproto.identity.getRecommendedDidCredentials', {}, accessJwt)
  }

  #repo(method: string, input: object): Promise<unknown> {
    return this.#xrpc.procedure(`com.atproto.repo.${method}`, this.#jwt, {
      repo: this.did,
      validate: false,
      ...input,
    })
  }

  #enter({ op, collection, rkey }: Write): void {
    this.operations[op] += 1
    const keys = this.#keysOf(collection)
    if (op === 'delete') keys.delete(rkey)
    else keys.add(rkey)
  }

  #keysOf(collection: string): Set<string> {
    const keys = this.keys.get(collection) ?? new Set()
    this.keys.set(collection, keys)
    return keys
  }
}

function record(collection: string, text: string): object {
  return {
    $type: collection,
    text,
    createdAt: new Date().toISOString(),
    nested: { list: [1, true, null, text.length], bytes: { $bytes: 'aGVsbG8' }, link: { $link: aCid } },
  }
}

const aCid = 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'

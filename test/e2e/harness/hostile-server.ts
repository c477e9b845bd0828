import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Did } from '../../../src/model/did.ts'
import { type Cid, cidText, parseCid } from '../../../src/net/repo/cid.ts'
import type { HostedRepo } from './hosted-repo.ts'

/** One request to a server that does with it what it likes. */
export interface Call {
  /** Such as `getRepo`; `document` for the document of a DID. */
  readonly method: string
  readonly did: string
  readonly url: URL
  /** How often the same was asked before. */
  readonly times: number
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** That of the DID, where this server has it. */
  readonly repo: HostedRepo | undefined
  /** Answers as an honest server does. */
  honestly(): void
}

export type Answer = (call: Call) => unknown

export interface HostileServerOptions {
  readonly repos?: ReadonlyMap<string, HostedRepo>
  /** Documents of DIDs, by the DID. */
  readonly documents?: ReadonlyMap<string, unknown>
  readonly answer?: Answer
}

/** A PDS, a relay's HTTP side and a directory in one, on a port of its own; honest until it is told otherwise. */
export class HostileServer implements AsyncDisposable {
  readonly http: Server = createServer((request, response) => void this.#answer(request, response))
  answer: Answer
  /** How often each method was asked for each DID: `getRepo did:plc:…`. */
  readonly asked = new Map<string, number>()
  readonly #repos: ReadonlyMap<string, HostedRepo>
  readonly #documents: ReadonlyMap<string, unknown>

  constructor({ repos = new Map(), documents = new Map(), answer = honest }: HostileServerOptions) {
    this.#repos = repos
    this.#documents = documents
    this.answer = answer
  }

  static async start(options: HostileServerOptions = {}, port = 0): Promise<HostileServer> {
    const server = new HostileServer(options)
    server.http.listen(port, '127.0.0.1')
    await once(server.http, 'listening')
    return server
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.http.address() as AddressInfo).port}`)
  }

  /** How often a method was asked for. */
  count(method: string, did?: string): number {
    const isMeant = (name: string) =>
      did === undefined ? name.startsWith(`${method} `) : name === `${method} ${did}`
    return [...this.asked].reduce((sum, [name, times]) => sum + (isMeant(name) ? times : 0), 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.http.closeAllConnections()
    await new Promise((resolve) => this.http.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Whoever is treated like this hangs up now and then.
    response.on('error', () => {})
    const url = new URL(request.url ?? '/', this.url)
    const isDocument = url.pathname.startsWith('/did:') || url.pathname === '/.well-known/did.json'
    const method = isDocument ? 'document' : (url.pathname.split('.').at(-1) ?? '')
    const did = isDocument ? decodeURIComponent(url.pathname.slice(1)) : (url.searchParams.get('did') ?? '')
    const name = `${method} ${did}`
    const times = this.asked.get(name) ?? 0
    this.asked.set(name, times + 1)
    const honestly = () => this.#honestly(method, did, url, response)
    const repo = this.#repos.get(did)
    try {
      await this.answer({ method, did, url, times, request, response, repo, honestly })
    } catch (error) {
      response.destroy(error as Error)
    }
  }

  #honestly(method: string, did: string, url: URL, response: ServerResponse): void {
    const repo = this.#repos.get(did)
    const document = this.#documents.get(did)
    if (method === 'document' && document !== undefined) json(response, document)
    else if (method === 'document') refuse(response, 404, 'NotFound')
    else if (method === 'listRepos') json(response, { repos: [...this.#repos.values()].map(listed) })
    else if (!repoMethods.has(method)) refuse(response, 401, 'AuthMissing')
    else if (repo === undefined) refuse(response, 400, 'RepoNotFound')
    else if (method === 'getRepo') car(response, repo.car())
    else if (method === 'getBlocks') blocks(response, repo, url.searchParams.getAll('cids').map(parseCid))
    else json(response, { rev: repo.head.rev, cid: cidText(repo.head.commit.cid) })
  }
}

export const honest: Answer = ({ honestly }) => honestly()

/** Answers one method in its own way, and all others honestly. */
export function only(method: string, answer: Answer): Answer {
  return (call) => (call.method === method ? answer(call) : call.honestly())
}

export function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function car(response: ServerResponse, body: Uint8Array): void {
  response.writeHead(200, { 'content-type': 'application/vnd.ipld.car' }).end(body)
}

export function refuse(
  response: ServerResponse,
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ error, message: 'spoiled' }))
}

const repoMethods: ReadonlySet<string> = new Set(['getRepo', 'getBlocks', 'getLatestCommit'])

function blocks(response: ServerResponse, repo: HostedRepo, cids: readonly Cid[]): void {
  if (!cids.every((cid) => repo.has(cid))) refuse(response, 400, 'InvalidRequest')
  else car(response, repo.car(cids.map((cid) => repo.block(cid))))
}

function listed({ did, head }: HostedRepo): { did: Did; rev: string; head: string; active: boolean } {
  return { did, rev: head.rev, head: cidText(head.commit.cid), active: true }
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readCar, writeCar } from '../../../net/repo/car.ts'
import { parseCid } from '../../../net/repo/cid.ts'

/** What is asked of the network: a method of `com.atproto.sync`, or `did` for a document. */
export interface Asked {
  readonly method: string
  readonly did: string
  /** How often the same was asked before. */
  readonly times: number
}

/** What goes wrong with an answer; nothing where it is undefined. */
export type Fault =
  | { readonly status: number; readonly error?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Half of the body comes, then nothing. */
  | 'cut'
  /** Nothing comes. */
  | 'hang'
  | { readonly change: (body: Buffer) => Buffer | Promise<Buffer> }

export interface FaultyHost extends AsyncDisposable {
  readonly url: URL
  /** Everything that was asked, in order. */
  readonly asked: readonly Asked[]
  /** How often a method was asked for. */
  count(method: string, did?: string): number
  fault: (asked: Asked) => Fault | undefined
}

/**
 * A host and directory in front of the demo network, which passes on what it answers, or spoils it. It has
 * `com.atproto.sync.getBlocks`, too.
 */
export async function startFaultyHost(network: URL): Promise<FaultyHost> {
  const asked: Asked[] = []
  const host = {
    asked,
    fault: (_: Asked): Fault | undefined => undefined,
    count: (method: string, did?: string) =>
      asked.filter((one) => one.method === method && (did === undefined || one.did === did)).length,
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error))
  })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', network)
    const method = url.pathname.split('.').at(-1)?.startsWith('/did:')
      ? 'did'
      : (url.pathname.split('.').at(-1) ?? '')
    const did =
      method === 'did' ? decodeURIComponent(url.pathname.slice(1)) : (url.searchParams.get('did') ?? '')
    const times = asked.filter((one) => one.method === method && one.did === did).length
    const question = { method, did, times }
    asked.push(question)
    const fault = host.fault(question)
    if (fault === 'hang') return
    if (typeof fault === 'object' && 'status' in fault) {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      response.end(JSON.stringify({ error: fault.error ?? 'Error', message: 'spoiled' }))
      return
    }
    const { status, type, body } = await pass(url, method)
    const changed = typeof fault === 'object' ? await fault.change(body) : body
    const text =
      method === 'did' ? Buffer.from(changed.toString().replaceAll(network.origin, own())) : changed
    response.writeHead(status, { 'content-type': type })
    if (fault !== 'cut') response.end(text)
    else response.write(text.subarray(0, text.length / 2), () => response.destroy())
  }
  const pass = async (url: URL, method: string) => {
    if (method === 'getBlocks') return await blocks(url)
    const answered = await fetch(url)
    const type = answered.headers.get('content-type') ?? ''
    return { status: answered.status, type, body: Buffer.from(await answered.arrayBuffer()) }
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(host, {
    url: new URL(own()),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

/** The blocks asked for, out of the whole repo. */
async function blocks(url: URL): Promise<{ status: number; type: string; body: Buffer }> {
  const wanted = url.searchParams.getAll('cids').map(parseCid)
  const repo = new URL(url)
  repo.pathname = repo.pathname.replace('getBlocks', 'getRepo')
  repo.searchParams.delete('cids')
  const { roots, blocks: all } = readCar(Buffer.from(await (await fetch(repo)).arrayBuffer()))
  const found = wanted.flatMap((cid) => {
    const bytes = all.get(cid)
    return bytes ? [{ cid, bytes }] : []
  })
  const isWhole = found.length === wanted.length
  const body = isWhole
    ? Buffer.from(writeCar(roots[0] ?? '', found))
    : Buffer.from('{"error":"InvalidRequest"}')
  const type = isWhole ? 'application/vnd.ipld.car' : 'application/json'
  return { status: isWhole ? 200 : 400, type, body }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { freePort, request } from './network.ts'

/** What a host answers instead. */
export interface FaultyAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** What is done with a request, whose path and query these are; undefined passes it on. */
export type HostFault = (asked: URL) => FaultyAnswer | undefined | Promise<FaultyAnswer | undefined>

/** Stands before a PDS or a directory of DIDs, and passes requests on: unharmed until it is told otherwise. */
export class FaultyHost implements AsyncDisposable {
  readonly url: string
  readonly server = createServer((asked, answer) => void this.#answer(asked, answer))
  readonly #upstream: string
  readonly #rewrites: (text: string) => string
  /** From now on each request goes through this; undefined heals it. */
  fault: HostFault | undefined

  /** @param rewrites changes the texts that are passed on, as a document that names a host. */
  constructor(upstream: string, port: number, rewrites = (text: string) => text) {
    this.url = `http://127.0.0.1:${port}`
    this.#upstream = upstream
    this.#rewrites = rewrites
    this.server.listen(port, '127.0.0.1')
  }

  async #answer({ url = '/' }: IncomingMessage, answer: ServerResponse): Promise<void> {
    const asked = new URL(url, this.#upstream)
    try {
      const faulty = await this.fault?.(asked)
      if (faulty !== undefined) {
        answer.writeHead(faulty.status ?? 200, faulty.headers).end(faulty.body)
        return
      }
      const response = await request(asked)
      const type = response.headers.get('content-type') ?? ''
      const body = Buffer.from(await response.arrayBuffer())
      answer.writeHead(response.status, { 'content-type': type })
      answer.end(/json/.test(type) ? this.#rewrites(body.toString()) : body)
    } catch {
      // Whoever is behind it is gone.
      answer.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

/** A directory that leads to a host that stands before the PDS. */
export async function startFaultyDirectory(plc: string, pds: string, host: string): Promise<FaultyHost> {
  const local = pds.replace('127.0.0.1', 'localhost')
  return new FaultyHost(plc, await freePort(), (text) => text.replaceAll(local, host).replaceAll(pds, host))
}

/** Leaves everybody waiting. */
export const hanging: HostFault = () => new Promise(() => {})

/** Answers 429 to what `matches`, until so many seconds have passed. */
export function limiting(seconds: number, matches = (_asked: URL) => true): HostFault {
  return (asked) =>
    matches(asked) ? { status: 429, headers: { 'retry-after': String(seconds) } } : undefined
}

/** The method of XRPC that is asked for, such as `getRepo`. */
export function methodOf({ pathname }: URL): string {
  return pathname.split('.').at(-1) ?? ''
}

import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Did } from '../../../src/model/did.ts'

/** What becomes of those who ask the host of a `did:web` for its document. */
export const deaths = ['no name', 'hangs', 'trickles', 'asked too often', 'garbage', 'fails'] as const

export type Death = (typeof deaths)[number]

const answers: Readonly<Record<Exclude<Death, 'no name'>, (response: ServerResponse) => void>> = {
  hangs: () => {},
  trickles: (response) => {
    const timer = setInterval(() => response.write(' '), 500)
    response.on('close', () => clearInterval(timer))
  },
  'asked too often': (response) => void response.writeHead(429, { 'retry-after': '5' }).end(),
  garbage: (response) => void response.end('<html>'),
  fails: (response) => void response.destroy(),
}

/** Makes new `did:web`s that nobody gets a document of, each on a host of its own, which is there for some time. */
export class DeadDids implements AsyncDisposable {
  readonly #servers: Server[] = []
  readonly #most: number
  #made = 0
  /** Documents that were asked for. */
  asked = 0

  /** @param most servers that listen at a time; of more, the oldest ones stop. */
  constructor(most = 1500) {
    this.#most = most
  }

  /** How many there are so far. */
  get made(): number {
    return this.#made
  }

  async next(): Promise<Did> {
    const death = deaths[this.#made++ % deaths.length] as Death
    if (death === 'no name') return `did:web:dead${this.#made}.invalid`
    const server = createServer((request, response) => {
      request.on('error', () => {})
      response.on('error', () => {})
      this.asked += 1
      answers[death](response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.#servers.push(server)
    while (this.#servers.length > this.#most) close(this.#servers.shift() as Server)
    return `did:web:localhost%3A${(server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) close(server)
  }
}

function close(server: Server): void {
  server.closeAllConnections()
  server.close()
}

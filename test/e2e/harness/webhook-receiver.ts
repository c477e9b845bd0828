import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './network.ts'

/** What a receiver does to a delivery. */
export type Answer = 'ok' | 'error' | 'busy' | 'drop' | 'late' | 'never'

export interface Delivery {
  readonly id: string
  /** The record that it tells of. */
  readonly uri: string
  /** `gone`: the sender hung up before the answer. */
  readonly outcome: Answer | 'gone'
}

export interface ReceiverOptions {
  readonly secret: string
  /** Chooses what to do to the nth delivery of a message, from 0. */
  readonly choose: (id: string, attempt: number) => Answer
  /** How long a late answer takes, in ms. */
  readonly lateMs: number
}

/** Receives webhooks as a program of a stranger would: verifies each, and is often in a bad way. */
export class WebhookReceiver implements AsyncDisposable {
  readonly url: string
  /** Every delivery that was let in, in order. */
  readonly deliveries: Delivery[] = []
  /** Deliveries whose signature or time was wrong. */
  readonly forged: string[] = []
  readonly #options: ReceiverOptions
  readonly #port: number
  readonly #attempts = new Map<string, number>()
  #server: Server | undefined

  constructor(port: number, options: ReceiverOptions) {
    this.#port = port
    this.#options = options
    this.url = `http://127.0.0.1:${port}/hook`
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => void this.#receive(request, response))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
  }

  /** Refuses connections from now on, until it is opened again. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }

  /** How many deliveries ended in one of these ways, from the nth on. */
  count(outcomes: readonly Delivery['outcome'][], from = 0): number {
    return this.deliveries.slice(from).filter(({ outcome }) => outcomes.includes(outcome)).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined)
    // The sender hung up.
    if (body === undefined) return
    const id = String(request.headers['webhook-id'])
    if (!isGenuine(id, body, request, this.#options.secret)) this.forged.push(id)
    const attempt = this.#attempts.get(id) ?? 0
    this.#attempts.set(id, attempt + 1)
    const answer = this.#options.choose(id, attempt)
    let isGone = false
    response.on('close', () => {
      isGone ||= !response.writableEnded
    })
    if (answer === 'late') await sleep(this.#options.lateMs)
    if (answer === 'never') await new Promise((resolve) => response.on('close', resolve))
    const { uri } = (JSON.parse(body) as { data: { uri: string } }).data
    const outcome = isGone && answer !== 'drop' && answer !== 'never' ? 'gone' : answer
    this.deliveries.push({ id, uri, outcome })
    if (answer === 'drop') request.socket.destroy()
    else if (answer === 'busy') response.writeHead(429, { 'retry-after': '0.2' }).end('not so fast')
    else if (answer === 'error') response.writeHead(500).end()
    else if (!isGone) response.writeHead(204).end()
  }
}

export async function startReceiver(options: ReceiverOptions): Promise<WebhookReceiver> {
  const receiver = new WebhookReceiver(await freePort(), options)
  await receiver.open()
  return receiver
}

/** As docs/observers.md tells receivers to do it. */
function isGenuine(id: string, body: string, { headers }: IncomingMessage, secret: string): boolean {
  const timestamp = String(headers['webhook-timestamp'])
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = Buffer.from(
    createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64'),
  )
  const given = Buffer.from(String(headers['webhook-signature']).replace(/^v1,/, ''))
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected)
}

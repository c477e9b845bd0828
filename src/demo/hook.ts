import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Where webhooks are taken. */
export const hookPath = '/hook'

/** Takes webhooks as somebody's program would: it verifies each (Standard Webhooks), and is busy now and then. */
export class Hook {
  /** What senders have to sign with: `whsec_` and a key in base64. */
  readonly secret: string
  readonly #key = randomBytes(32)

  constructor() {
    this.secret = `whsec_${this.#key.toString('base64')}`
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (body === undefined) response.writeHead(413, { connection: 'close' }).end()
    else if (!this.#isGenuine(request, body)) response.writeHead(401).end()
    else if (Math.random() < busyShare) response.writeHead(503, { 'retry-after': '2' }).end()
    else response.writeHead(204).end()
  }

  #isGenuine({ headers }: IncomingMessage, body: Buffer): boolean {
    const timestamp = String(headers['webhook-timestamp'])
    if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < toleranceSeconds)) return false
    const mac = createHmac('sha256', this.#key).update(`${headers['webhook-id']}.${timestamp}.`).update(body)
    const expected = Buffer.from(`v1,${mac.digest('base64')}`)
    const given = Buffer.from(String(headers['webhook-signature']))
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}

/** Few enough that an alert on failures stays quiet. */
const busyShare = 0.02
const toleranceSeconds = 300
const longestBody = 1_048_576

/** @returns undefined for a body that is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

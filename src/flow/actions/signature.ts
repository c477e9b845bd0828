import { createHmac } from 'node:crypto'

/** What is signed: a message's number, the time of this attempt, and its body as it is sent. */
export interface SignedMessage {
  readonly id: string
  /** In whole seconds since 1970. */
  readonly timestamp: number
  readonly body: string
}

/**
 * The headers by which a receiver knows who sent a message, that it is whole, and that it is not an old one again, as
 * Standard Webhooks has them (https://www.standardwebhooks.com).
 *
 * @param key the bytes that the secret `whsec_…` stands for.
 */
export function signedHeaders(
  { id, timestamp, body }: SignedMessage,
  key: Uint8Array,
): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` }
}

import { type Clock, wallClock } from '../../model/clock.ts'
import type { Fetch } from '../../net/fetch/fetch.ts'
import type { FetchResponse } from '../../net/fetch/response.ts'
import { retryAfterMs } from '../../net/fetch/retry-after.ts'
import type { RunAction } from './run-action.ts'
import { signedHeaders } from './signature.ts'

export interface WebhookOptions {
  readonly url: URL
  /** The bytes that the secret stands for. */
  readonly key: Uint8Array
  /** Sent along, besides what every webhook has. @default none */
  readonly headers?: Readonly<Record<string, string>>
  /** Guards which addresses are called. A redirect is not followed: it is the answer to a POST. */
  readonly fetch: Fetch
  /** @default wallClock */
  readonly now?: Clock
}

/**
 * Posts what has happened as signed JSON. The receiver has taken it when it answers with 2xx; anything else is tried
 * again, when its `Retry-After` says, except 410, by which it wants no more.
 */
export function createWebhook({ url, key, headers = {}, fetch, now = wallClock }: WebhookOptions): RunAction {
  return async ({ id, observer, event, timeoutMs, signal }) => {
    const { operation, time, ...data } = event
    const body = JSON.stringify({ type: `record.${operation}`, timestamp: time, data: { observer, ...data } })
    const signed = signedHeaders({ id, timestamp: Math.floor(now() / 1000), body }, key)
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...signed },
      body,
      signal,
      wholeMs: timeoutMs,
      maxBytes: longestAnswer,
    })
    await readToEnd(response)
    const { status } = response
    if (status >= 200 && status < 300) return { success: true }
    const error = `${url.host} answers with ${status}`
    if (status === 410) return { success: false, error: `${error}: it wants no more`, isFinal: true }
    const afterMs = retryAfterMs(response.headers, now())
    return { success: false, error, ...(afterMs !== undefined && { retryAfterMs: afterMs }) }
  }
}

/** In bytes. Nothing of it is used, but a connection whose answer is read to the end serves the next call. */
const longestAnswer = 65_536

/** Its status has answered; how the rest arrives changes nothing about it. */
async function readToEnd(response: FetchResponse): Promise<void> {
  try {
    for await (const _ of response.chunks);
  } catch {
    response.cancel()
  }
}

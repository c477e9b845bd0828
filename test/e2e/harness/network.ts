import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port on loopback that nobody listens on now. It lies below the range that outgoing connections take theirs from,
 * so that it is still free when a server that was killed is started again.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const port = randomInt(20_000, 32_000)
    const server = createServer().on('error', () => resolve(freePort()))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)))
  })
}

/** `fetch` on a connection of its own: one that is kept may be to a process that has been killed since. */
export function request(url: string | URL, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } }).catch((cause) => {
    throw new Error(`${init.method ?? 'GET'} ${url}: ${cause.cause?.message ?? cause.message}`, { cause })
  })
}

export async function getJson<Answer>(url: string): Promise<Answer> {
  const response = await request(url)
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

/** True when a GET is answered with success. */
export async function answers(url: string): Promise<boolean> {
  const response = await request(url)
  await response.body?.cancel()
  return response.ok
}

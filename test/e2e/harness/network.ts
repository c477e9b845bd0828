import { createServer } from 'node:net'

/** A port on loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
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

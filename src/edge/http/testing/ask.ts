import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import type { Listener } from '../listen.ts'

/** How something is asked. */
export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly post?: unknown
  readonly raw?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  readonly body: any
}

/** Asks without any comfort, so that the answer is seen as it is. */
export function askOf(
  { port }: Listener,
  path: string,
  { method, headers, post, raw }: Ask = {},
): Promise<Answer> {
  const content = raw ?? (post === undefined ? undefined : JSON.stringify(post))
  const options: RequestOptions = {
    host: '127.0.0.1',
    port,
    path,
    agent: false,
    method: method ?? (content === undefined ? 'GET' : 'POST'),
    headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(options, async (response) => {
      const bytes = Buffer.concat(await response.toArray())
      const text = bytes.toString()
      const isJson =
        response.headers['content-encoding'] === undefined &&
        /json/.test(response.headers['content-type'] ?? '')
      const body = isJson && text !== '' ? JSON.parse(text) : undefined
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, body })
    })
    request.on('error', reject).end(content)
  })
}

import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

export interface PassedScrape {
  readonly asked: IncomingHttpHeaders
  readonly answered: IncomingHttpHeaders
  /** Uncompressed. */
  readonly body: Buffer
}

/** Stands between a scraper and what it scrapes, and keeps all that passes. */
export interface ScrapeProxy extends AsyncDisposable {
  /** `host:port` */
  readonly address: string
  readonly passed: readonly PassedScrape[]
}

/** @param target `host:port` */
export async function proxyScrapes(target: string): Promise<ScrapeProxy> {
  const passed: PassedScrape[] = []
  const server = createServer((asked, response) => {
    const { url = '', headers } = asked
    const onward = request(`http://${target}${url}`, { headers, agent: false }, async (answer) => {
      const bytes = await buffer(answer)
      const isGzip = answer.headers['content-encoding'] === 'gzip'
      response.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes)
      passed.push({ asked: headers, answered: answer.headers, body: isGzip ? gunzipSync(bytes) : bytes })
    })
    onward.on('error', () => response.destroy()).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

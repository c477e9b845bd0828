import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A directory of DIDs that passes on what another one answers, or leaves everybody waiting. */
export interface FickleDirectory extends AsyncDisposable {
  readonly url: string
  hangs: boolean
}

export async function startFickleDirectory(plc: string): Promise<FickleDirectory> {
  const directory = { hangs: false }
  const server = createServer(async (request, response) => {
    if (directory.hangs) return
    const answer = await fetch(new URL(request.url ?? '/', plc))
    const type = answer.headers.get('content-type') ?? 'text/plain'
    response.writeHead(answer.status, { 'content-type': type }).end(await answer.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(directory, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

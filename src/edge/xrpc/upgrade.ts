import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Subscribers } from './subscribers.ts'

export interface UpgradeOptions {
  /** Undefined until the node is ready for them. */
  readonly subscribers: () => Subscribers | undefined
  /** The status by which a request is refused; undefined for one that is not. */
  readonly refusal: (request: IncomingMessage) => number | undefined
}

/** Lets requests for `com.atproto.sync.subscribeRepos` become WebSockets; others that want to change protocols do not. */
export function acceptSubscribers(server: Server, { subscribers, refusal }: UpgradeOptions): void {
  // Every other is answered as if it had not asked for that, as HTTP wants it.
  Object.assign(server, { shouldUpgradeCallback: (request: IncomingMessage) => isSubscription(request) })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const own = subscribers()
    const status = own === undefined ? 503 : refusal(request)
    if (own === undefined || status !== undefined)
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status ?? 503]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
    else own.accept(request, socket, head, paramsOf(request).get('cursor'))
  })
}

function isSubscription({ url = '/', headers: { upgrade = '' } }: IncomingMessage): boolean {
  return url.split('?', 1)[0] === path && upgrade.toLowerCase() === 'websocket'
}

/** By hand, as `URL` throws on some of what a client may ask for. */
function paramsOf({ url = '/' }: IncomingMessage): URLSearchParams {
  const mark = url.indexOf('?')
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark))
}

const path = '/xrpc/com.atproto.sync.subscribeRepos'

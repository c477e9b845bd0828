import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  /** Open connections. Beyond them one that waits for its client is closed for each new one. @default 512 */
  readonly connections?: number
  /** Milliseconds in which an answer has to be read, beside what its size takes. @default 30_000 */
  readonly readMs?: number
  /** Slower readers than that are cut off. @default 64_000 */
  readonly readBytesPerSecond?: number
  /** Requests that a client may have sent ahead, on one connection, before the first is answered. @default 16 */
  readonly requestsAhead?: number
  /**
   * Answers that wait for their clients to read them, on all connections together. Beyond them the connection whose
   * client has read none of its answers to the end for longest is closed. @default 512
   */
  readonly unreadAnswers?: number
  /** How often it is looked for slow readers, in milliseconds. @default 250 */
  readonly checkMs?: number
}

/**
 * Bounds what clients can make a server hold: by many connections, by reading slowly or not at all, by sending requests
 * ahead. A flood of connections keeps nobody out: whoever is new gets in, and those that have kept the server waiting
 * longest go. How long a request may take to come in is for `headersTimeout` and `requestTimeout`, which Node checks as
 * often as `connectionsCheckingInterval` says.
 */
export function boundConnections(
  server: Server,
  {
    connections = 512,
    readMs = 30_000,
    readBytesPerSecond = 64_000,
    requestsAhead = 16,
    unreadAnswers = 512,
    checkMs = 250,
  }: ConnectionLimits = {},
): void {
  const open = new Map<string, Connection>()

  const check = () => {
    for (const connection of open.values())
      if (readsTooSlowly(connection, readMs, readBytesPerSecond)) connection.socket.destroy()
    for (const { socket } of beyond(unreadAnswers, open.values())) socket.destroy()
  }
  /** Runs while there is anybody to be looked at. */
  let timer: NodeJS.Timeout | undefined

  const take = (socket: Socket) => {
    const peer = peerOf(socket)
    const known = open.get(peer)
    if (known === undefined && open.size >= connections) longestWaiting(open.values())?.socket.destroy()
    const taken: Connection = {
      socket,
      since: performance.now(),
      answers: new Set(),
      readingSince: undefined,
    }
    open.set(peer, taken)
    timer ??= setInterval(check, checkMs).unref()
    socket.once('close', () => {
      if (open.get(peer) === taken) open.delete(peer)
      if (open.size > 0) return
      clearInterval(timer)
      timer = undefined
    })
  }
  // With TLS a connection is taken twice, first as it is and then encrypted.
  server.on('connection', take).on('secureConnection', take)

  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = open.get(peerOf(request.socket))
    if (connection === undefined) return
    const answer = { request, response, bytesBefore: request.socket.bytesWritten }
    connection.answers.add(answer)
    if (connection.answers.size > requestsAhead) connection.socket.destroy()
    response.once('close', () => {
      connection.answers.delete(answer)
      connection.readingSince = undefined
      connection.since = performance.now()
    })
  })
}

interface Connection {
  readonly socket: Socket
  /** When it was opened, or last answered. */
  since: number
  /** What has been asked and not been answered to the end, the oldest first. */
  readonly answers: Set<Answer>
  /** Since when the client has an answer to read. */
  readingSince: number | undefined
}

interface Answer {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly bytesBefore: number
}

/** The same for a connection and for what TLS makes of it. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** Prefers connections that wait for their client to those whose client waits for us. */
function longestWaiting(connections: Iterable<Connection>): Connection | undefined {
  let longest: Connection | undefined
  for (const connection of connections) {
    if (longest === undefined) longest = connection
    else {
      const [mine, others] = [waitsForUs(connection), waitsForUs(longest)]
      if (mine === others ? connection.since < longest.since : others) longest = connection
    }
  }
  return longest
}

function waitsForUs({ answers }: Connection): boolean {
  const [first] = answers
  return first?.request.complete === true && !first.response.headersSent
}

/** The connections that have to go for no more than so many answers to be left unread. */
function beyond(mostUnread: number, connections: Iterable<Connection>): readonly Connection[] {
  const readers = Array.from(connections).filter(({ readingSince }) => readingSince !== undefined)
  let unread = readers.reduce((sum, reader) => sum + unreadOf(reader), 0)
  if (unread <= mostUnread) return []
  readers.sort((a, b) => (a.readingSince ?? 0) - (b.readingSince ?? 0))
  return readers.filter((reader) => {
    if (unread <= mostUnread) return false
    unread -= unreadOf(reader)
    return true
  })
}

function unreadOf({ answers }: Connection): number {
  return answers.values().reduce((sum, { response }) => sum + Number(response.headersSent), 0)
}

function readsTooSlowly(connection: Connection, readMs: number, bytesPerSecond: number): boolean {
  const { socket, answers } = connection
  const [first] = answers
  if (!first?.response.headersSent) return false
  // What waits to be sent is counted in: how much of a large piece has gone is not known.
  const { bytesWritten } = socket
  connection.readingSince ??= performance.now()
  const allowedMs = readMs + ((bytesWritten - first.bytesBefore) / bytesPerSecond) * 1000
  return performance.now() - connection.readingSince > allowedMs
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { type ChannelCredentials, Client, compressionAlgorithms, Metadata } from '@grpc/grpc-js'
import type { IExporterTransport } from '@opentelemetry/otlp-exporter-base'

export interface GrpcTransportOptions {
  /** `host:port`, or a name that gRPC knows how to resolve. */
  readonly target: string
  readonly credentials: ChannelCredentials
  readonly headers: Readonly<Record<string, string>>
  readonly compression: 'gzip' | 'none'
}

/**
 * Sends exports over gRPC. After one that failed the next begins on a new connection: gRPC by itself would wait longer
 * and longer before it connects again, up to two minutes, and go on using a connection whose other end is gone.
 */
export class GrpcTransport implements IExporterTransport {
  readonly #options: GrpcTransportOptions
  readonly #metadata = new Metadata()
  readonly #sockets = new Set<Socket>()
  #client: Client | undefined

  constructor(options: GrpcTransportOptions) {
    this.#options = options
    for (const [name, value] of Object.entries(options.headers)) this.#metadata.set(name, value)
  }

  send(data: Uint8Array, timeoutMs: number): ReturnType<IExporterTransport['send']> {
    this.#client ??= this.#connect()
    const client = this.#client
    return new Promise((resolve) => {
      opening.run(this.#sockets, () =>
        client.makeUnaryRequest(
          exportPath,
          (request: Buffer) => request,
          (response: Buffer) => response,
          Buffer.from(data.buffer, data.byteOffset, data.length),
          this.#metadata,
          { deadline: Date.now() + timeoutMs },
          (error, response = Buffer.alloc(0)) => {
            if (error === null) return resolve({ status: 'success', data: response })
            if (client === this.#client) this.shutdown()
            resolve({ status: 'failure', error })
          },
        ),
      )
    })
  }

  /** Drops what is under way, with its connection; what comes after begins on a new one. */
  shutdown(): void {
    this.#client?.close()
    this.#client = undefined
    // A connection that is closed politely waits for the other end to agree.
    for (const socket of this.#sockets) socket.destroy()
  }

  #connect(): Client {
    const { target, credentials, compression } = this.#options
    return new Client(target, credentials, {
      'grpc.default_compression_algorithm':
        compressionAlgorithms[compression === 'gzip' ? 'gzip' : 'identity'],
      'grpc.primary_user_agent': userAgent,
      // Shared connections would not be ours to close, and would remember when they may be tried again.
      'grpc.use_local_subchannel_pool': 1,
    })
  }
}

const exportPath = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'

const userAgent = 'OTel-OTLP-Exporter-JavaScript'

/** For whom a connection is being opened; gRPC does not hand out what it opens. */
const opening = new AsyncLocalStorage<Set<Socket>>()

subscribe('net.client.socket', (message) => {
  const { socket } = message as { readonly socket: Socket }
  const sockets = opening.getStore()
  if (sockets === undefined) return
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
})

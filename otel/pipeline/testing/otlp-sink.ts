import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import {
  Server as GrpcServer,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'

/** An export as a backend received it. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Unpacked. */
  readonly body: Buffer
}

/** A backend for OTLP, real enough to see what arrives. */
export interface OtlpSink extends AsyncDisposable {
  readonly port: number
  readonly received: readonly Received[]
  /** What it answers from now on; `hang` never answers. @default 200 */
  answer: number | 'hang'
  /** Resolves when so many exports have arrived in all. */
  arrived(count: number): Promise<void>
}

/** Takes OTLP over HTTP, or HTTPS with a key and a certificate, on a free port or a given one. */
export async function startHttpSink(options: { tls?: ServerOptions; port?: number } = {}): Promise<OtlpSink> {
  const arrivals = createArrivals()
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const packed = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(packed) : packed
      arrivals.add({ path: request.url ?? '', headers: request.headers, body })
      if (sink.answer !== 'hang') response.writeHead(sink.answer).end(sink.answer === 200 ? '' : 'no')
    })
  }
  const server: Server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const sink: OtlpSink = {
    port: (server.address() as AddressInfo).port,
    received: arrivals.all,
    answer: 200,
    arrived: arrivals.count,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return sink
}

/** Takes OTLP over gRPC without TLS, on a free port. */
export async function startGrpcSink(): Promise<OtlpSink> {
  const arrivals = createArrivals()
  const server = new GrpcServer()
  const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
  const raw = (bytes: Buffer) => bytes
  const coding = {
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  }
  server.addService(
    { export: { path, requestStream: false, responseStream: false, ...coding } },
    {
      export: ({ metadata, request }: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        arrivals.add({ path, headers: metadata.getMap() as IncomingHttpHeaders, body: request })
        if (sink.answer !== 'hang') callback(null, Buffer.alloc(0))
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  const sink: OtlpSink = {
    port,
    received: arrivals.all,
    answer: 200,
    arrived: arrivals.count,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  }
  return sink
}

function createArrivals() {
  const all: Received[] = []
  let waiting: { readonly count: number; readonly resolve: () => void }[] = []
  return {
    all,
    add: (one: Received) => {
      all.push(one)
      for (const { count, resolve } of waiting) if (all.length >= count) resolve()
      waiting = waiting.filter(({ count }) => all.length < count)
    },
    count: (count: number) =>
      new Promise<void>((resolve) => {
        if (all.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
  }
}

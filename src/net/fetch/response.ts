import type { Headers, Response } from 'undici'
import { InvalidError } from '../../model/errors.ts'
import type { Call } from './call.ts'

/** An answer, of whatever status. Its body has to be read or cancelled, or it holds its connection until its time is up. */
export interface FetchResponse {
  /** Who has answered, after all redirects. */
  readonly url: URL
  readonly status: number
  readonly headers: Pick<Headers, 'get' | 'has'>
  /**
   * The body, unpacked, as it arrives; to be read once. Who leaves the loop early cancels the rest.
   *
   * @throws {InvalidError} when it is longer than `maxBytes`.
   * @throws {TimeoutError} when it pauses or takes too long.
   * @throws {UpstreamError} when the connection breaks off.
   */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Reads the whole body. @throws as `chunks` does. */
  bytes(): Promise<Buffer>
  /** Reads the whole body as UTF-8. @throws as `chunks` does. */
  text(): Promise<string>
  /** Reads the whole body. @throws {InvalidError} when it is not JSON, and as `chunks` does. */
  json(): Promise<unknown>
  /** Gives up what has not been read. */
  cancel(): void
}

export function createResponse(response: Response, url: URL, call: Call): FetchResponse {
  const { status, headers } = response
  const chunks = read(response, url, call)
  const bytes = async () => Buffer.concat(await Array.fromAsync(chunks))
  const text = async () => (await bytes()).toString('utf8')
  if (response.body === null) call.finish()
  return {
    url,
    status,
    headers,
    chunks,
    bytes,
    text,
    json: async () => parse(await text(), url),
    cancel: () => call.cancel(),
  }
}

async function* read({ body, headers }: Response, url: URL, call: Call): AsyncGenerator<Uint8Array> {
  const { maxBytes } = call.limits
  const tooLong = () => new InvalidError(`${url.host} answers with more than ${maxBytes} bytes`)
  let sizeBytes = 0
  let isWhole = false
  try {
    if (!headers.has('content-encoding') && Number(headers.get('content-length')) > maxBytes) throw tooLong()
    for await (const chunk of body ?? []) {
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) throw tooLong()
      yield chunk
    }
    isWhole = true
  } catch (error) {
    throw call.explain(error, url)
  } finally {
    if (isWhole) call.finish()
    else call.cancel()
  }
}

function parse(text: string, url: URL): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidError(`the answer of ${url.host} is not JSON`, { cause })
  }
}

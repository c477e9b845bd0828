import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Body } from './exposition.ts'

/** Compresses a body, away from the main thread and a piece at a time. */
export async function gzipped({ pieces, series }: Body): Promise<Body> {
  // Metrics repeat themselves so much that more effort than the least saves little and costs five times the time.
  const gzip = Readable.from(pieces).pipe(createGzip({ level: 1, chunkSize: 1 << 16 }))
  const compressed: Uint8Array[] = []
  let bytes = 0
  for await (const piece of gzip as AsyncIterable<Uint8Array>) {
    compressed.push(piece)
    bytes += piece.length
  }
  return { pieces: compressed, bytes, series }
}

/**
 * Sends a body as fast as the other side reads it, and ends the response. Ends early when the connection does.
 *
 * @param idleMs how long the other side may stop reading before its connection is closed.
 * @returns whether the other side stayed to the end.
 */
export async function send(response: ServerResponse, { pieces }: Body, idleMs: number): Promise<boolean> {
  response.cork()
  for (const piece of pieces) {
    if (response.destroyed) return false
    response.write(piece)
    if (response.writableLength < batchBytes) continue
    response.uncork()
    if (response.writableNeedDrain && !(await left(response, 'drain', idleMs))) return false
    response.cork()
  }
  response.uncork()
  response.end()
  return response.writableFinished || (await left(response, 'finish', idleMs))
}

/** What is handed to the connection at once: enough to keep it busy, little enough to notice that it stands still. */
const batchBytes = 1 << 20

/** Whether what was written has left this process in time. */
async function left(response: ServerResponse, event: 'drain' | 'finish', idleMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const onLeft = () => resolve(true)
  const onClose = () => resolve(false)
  if (response.destroyed) return false
  const timer = setTimeout(() => response.destroy(), idleMs)
  response.once(event, onLeft).once('close', onClose)
  const stayed = await promise
  clearTimeout(timer)
  response.off(event, onLeft).off('close', onClose)
  return stayed
}

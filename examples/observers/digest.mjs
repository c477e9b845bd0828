import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Appends a line to the digest of the day. */
// biome-ignore lint/style/noDefaultExport: that is how an action of one's own is found.
export default async function digest({ id, event }, { folder }) {
  await mkdir(folder, { recursive: true })
  // After a crash the same line may come twice: its id tells.
  const line = JSON.stringify({ id, time: event.time, uri: event.uri, text: event.record?.value.text })
  await appendFile(join(folder, `${event.time.slice(0, 10)}.jsonl`), `${line}\n`)
}

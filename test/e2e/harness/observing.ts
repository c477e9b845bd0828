import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver } from './webhook-receiver.ts'

/** The secret that receivers of a test and the service share. */
export const hookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** Writes a file of observers, which is removed in the end. @returns its path. */
export function observersFile(stack: AsyncDisposableStack, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-observers-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'observers.yaml')
  writeFileSync(file, text)
  return file
}

/** Starts whoever is told by webhook of each post, and writes the observers of posts and profiles. @returns their file. */
export async function startObservers(stack: AsyncDisposableStack): Promise<string> {
  // One now and then fails, so that there is something to be seen, and far from enough of them to be alerted to.
  let deliveries = 0
  const choose = () => (++deliveries % 100 === 30 ? 'error' : 'ok')
  const receiver = stack.use(await startReceiver({ secret: hookSecret, choose, lateMs: 0 }))
  return observersFile(
    stack,
    `observers:
  - name: posts
    when: { collection: app.bsky.feed.post }
    then:
      - webhook: { url: "${receiver.url}", secret: ${hookSecret}, allow_private: true }
      - log: { message: a post }
      - cache: { forget: record }
  - name: profiles
    when: { collection: app.bsky.actor.profile }
    then:
      - sync: {}
`,
  )
}

/** Writes an observer of everything that tells whoever does not listen, and is slow to give up. @returns its file. */
export function hopelessObservers(stack: AsyncDisposableStack): string {
  return observersFile(
    stack,
    `observers:
  - name: everything
    when: {}
    then:
      - webhook: { url: "http://127.0.0.1:1/hook", secret: ${hookSecret}, allow_private: true }
        retries: 12
`,
  )
}

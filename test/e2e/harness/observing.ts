import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts'

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

/** An observer that calls for an action of each kind with each post, and whoever is told by webhook. */
export async function startObservers(
  stack: AsyncDisposableStack,
): Promise<{ readonly file: string; readonly receiver: WebhookReceiver }> {
  // One now and then fails, so that there is something to be seen, and far from enough of them to be alerted to.
  let deliveries = 0
  const choose = () => (++deliveries % 100 === 30 ? 'error' : 'ok')
  const receiver = stack.use(await startReceiver({ secret: hookSecret, choose, lateMs: 0 }))
  const file = observersFile(
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
  return { file, receiver }
}

/** An observer of everything that tells whoever does not listen, and does not give up. */
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

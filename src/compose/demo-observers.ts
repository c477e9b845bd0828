import { type ObserversConfig, observersFileSchema } from '../flow/observers/definition.ts'

/** What the demo network's receiver of webhooks has. */
export interface DemoHook {
  readonly url: URL
  readonly secret: string
}

/**
 * Observers of the demo network, which show queue, cache, keys and actions at work: one tells a receiver of each new
 * follow, one looks up anew who an account is and what its repo holds when its profile has changed.
 */
export function demoObservers({ url, secret }: DemoHook): ObserversConfig {
  const file = observersFileSchema.parse({
    observers: [
      {
        name: 'new-followers',
        when: { collection: 'app.bsky.graph.follow', operation: 'create' },
        // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
        then: [
          { webhook: { url: url.href, secret, allow_private: true } },
          { log: { message: 'a new follower', level: 'debug' } },
        ],
      },
      {
        name: 'changed-profiles',
        when: {
          collection: 'app.bsky.actor.profile',
          operation: 'update',
          record: { field: 'description', matches: '(?i)\\b(tide|pier|harbour|almanac)\\b' },
        },
        // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
        then: [{ cache: { forget: 'identity' } }, { sync: {} }],
      },
    ],
  })
  return { path: 'the demo network', file, folder: '.', place: (keys) => keys.join('.') }
}

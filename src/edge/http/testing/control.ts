import type { Control } from '../control.ts'

/** A service that has nothing to control; a test says what it needs otherwise. */
export function createTestControl(own: Partial<Control> = {}): Control {
  return {
    sync: () => Promise.reject(new Error('a test asked for a sync')),
    track: () => Promise.reject(new Error('a test asked to track a repo')),
    untrack: async () => false,
    tracking: async () => undefined,
    job: async () => undefined,
    failures: async () => [],
    deadLetters: async () => ({ jobs: [] }),
    revive: async () => false,
    backfill: {
      start: () => Promise.reject(new Error('a test asked for a backfill')),
      progress: async () => ({
        policy: 'none',
        listed: 0,
        isListed: false,
        waiting: 0,
        setAside: 0,
        setAsideHosts: [],
        running: 0,
        synced: 0,
        pending: 0,
        deadLetters: 0,
        reposPerSecond: 0,
        recordsPerSecond: 0,
      }),
    },
    observers: {
      list: async () => [],
      test: async () => [],
      replay: async () => ({ records: 0, isComplete: true, observers: [] }),
    },
    changeConfig: () => Promise.reject(new Error('a test asked to change the configuration')),
    reindexSearch: () => true,
    ...own,
  }
}

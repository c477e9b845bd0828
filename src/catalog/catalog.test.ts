import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ownComponents } from '@tidegauge/otel/catalog/own'
import { components } from './catalog.ts'

const src = fileURLToPath(new URL('..', import.meta.url))

describe('a component of the catalog', () => {
  it('is a folder of metrics, panels and alerts, and listed', () => {
    const folders = readdirSync(join(src, 'catalog'), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? entry.name : [],
    )
    const listed = components.filter((component) => !ownComponents.includes(component))
    assert.deepEqual(listed.map(({ name }) => name).sort(), folders.sort())
    for (const { metrics, panels, alerts, name } of listed) {
      for (const declared of [metrics, panels, alerts]) assert.ok(declared.length > 0, name)
    }
  })
})

describe('what a component measures', () => {
  const roomOf: Readonly<Record<string, string>> = {
    http: 'edge/http',
    mcp: 'edge/mcp',
    firehose: 'net/firehose',
    identity: 'net/identity',
    ingester: 'flow/ingest',
    indexer: 'flow/indexing',
    storage: 'state/storage',
    search: 'state/search',
    sync: 'flow/sync',
    backfiller: 'flow/backfill',
    observers: 'flow/observers',
  }
  const recordings = recordingsIn(src)

  for (const [component, room] of Object.entries(roomOf)) {
    it(`of the name ${component} is recorded in ${room}`, () => {
      assert.ok(recordings.some((one) => one.component === component && one.room === room))
    })
  }

  it('is recorded nowhere else, but for what only another room can see', () => {
    const elsewhere = recordings
      .filter(({ room, component }) => roomOf[component] !== room)
      .map(({ room, names }) => `${room}: ${names.join(', ')}`)
    assert.deepEqual(elsewhere.sort(), [
      'flow/actions: actionDuration, actionFailure, actionSuccess, actionsExecuted, actionTimeout',
      'flow/indexing: ingesterFirehoseFilteredOperations',
      'flow/indexing: syncDesyncs, syncHeldDropped',
      'flow/ingest: firehoseBatchSize, firehoseBatchWrite',
      'state/cache: cacheEvictions, cacheHitRate, cacheHits, cacheMisses, cacheSize',
      'state/checkpoint: checkpointRecovery, checkpointSaveDuration, checkpointSaves',
      'state/dedup: dedupChecks, dedupDuplicatesFound, dedupHitRate',
      'state/queue: queueDeadletter, queueDepth, queueJobsEnqueued, queueJobsProcessed, queueJobsRemoved, queueOldestJobAge, queueRetry',
      'state/streams: ingesterStreamEvents',
    ])
  })
})

interface Recording {
  readonly room: string
  readonly component: string
  readonly names: readonly string[]
}

/** What the `instrumented.ts` of each room imports from the catalog. */
function recordingsIn(folder: string): readonly Recording[] {
  const imports = /import \{([^}]+)\} from '(?:\.\.\/)+catalog\/(\w+)\/metrics\.ts'/g
  return globSync('**/instrumented.ts', { cwd: folder }).flatMap((file) =>
    Array.from(
      readFileSync(join(folder, file), 'utf8').matchAll(imports),
      ([, names = '', component = '']) => ({
        room: dirname(file).replaceAll('\\', '/'),
        component,
        names: names.split(',').flatMap((name) => name.trim() || []),
      }),
    ),
  )
}

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'

const root = join(import.meta.dirname, '..')

/**
 * What looks at a clock that somebody may set, and what for. Nothing there waits by it, or measures how long something
 * took: that goes by `performance.now`, or by the steady clock where times are kept.
 */
const users: Readonly<Record<string, string>> = {
  'src/model/clock.ts': 'the clocks themselves',
  'src/model/log.ts': 'lines for people',
  'src/cli/node/node-file.ts': 'when the node started, for people',
  'src/cli/observe-replay.ts': 'how far back a replay begins, as people know it',
  'src/compose/engine.ts': 'when a sync run failed, for people',
  'src/edge/http/observers.ts': 'the time of an event that is only tried',
  'src/flow/actions/webhook.ts': 'the time that a signature is of',
  'src/flow/observers/observers.ts': 'when an observer matched last, for people',
  'src/flow/sync/sync.ts': 'when a repo was confirmed, kept over restarts',
  'src/flow/backfill/reconciler-options.ts': 'when a repo was confirmed',
  'src/flow/backfill/stale.ts': 'how long ago a repo was confirmed',
  'src/flow/local/local-repo.ts': 'revisions and times of events, which others compare with theirs',
  'src/flow/indexing/indexer.ts': 'when repos and records changed, for people',
  'src/net/firehose/options.ts': 'the lag, against the times of a host; the latest revision',
  'src/net/firehose/verify-frame.ts': 'the latest revision',
  'src/net/reading/checked-commit.ts': 'the latest revision',
  'otel/exposition/collect-errors.ts': 'times of points, as OTLP has them',
  'otel/history/history.ts': 'when rows were collected, kept over restarts',
  'otel/pipeline/readers/grpc-transport.ts': 'deadlines of calls, which gRPC has as times',
  'otel/sdk/bound-series.ts': 'times of points',
  'otel/sdk/exemplar-aggregator.ts': 'times of exemplars',
  'otel/sdk/times.ts': 'how far the clock was set',
  'otel/sdk/trials.ts': 'times of points',
}

it('nothing waits by a clock that somebody may set', () => {
  const files = globSync(['src/**/*.ts', 'otel/**/*.ts'], { cwd: root })
  const own = files.filter(
    (file) => !/\.(test|fixture|conformance)\.ts$|\/(testing|demo|node_modules)\//.test(file),
  )
  assert.ok(own.length > 300)
  const found = own.filter((file) => {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    return /\bDate\.now\b|\bnew Date\(\)|\bTemporal\.Now\b|\b(wall|latest)Clock\b/.test(code)
  })
  assert.deepEqual(found.toSorted(), Object.keys(users).toSorted())
})

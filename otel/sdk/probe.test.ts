import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import * as sdk310 from '@opentelemetry/sdk-metrics'
import * as sdk311 from 'sdk-metrics-3.1.1'
import { type Ability, consequences } from './abilities.ts'
import { lostAbilitiesLine, probeSdk, reportLostAbilities } from './probe.ts'
import { renamedSdk } from './testing/renamed-sdk.ts'
import type { Sdk } from './trials.ts'
import { installedVersion, knownVersions } from './version.ts'

/** What reaches its storages through the state that a provider shares with its meters. */
const ofProviders: readonly Ability[] = [
  'views',
  'observedSums',
  'lastValues',
  'times',
  'exemplars',
  'directMerge',
  'guardedCallbacks',
]

/** Every name of the SDK's inside that is used here, and what is lost with an SDK that has another one. */
const privateNames: Readonly<Record<string, readonly Ability[]>> = {
  _activeCollectionStorage: ['boundSeries', 'quickHistograms', 'unobservedSeries'],
  _aggregator: ['observedSums', 'lastValues', 'exemplars', 'directMerge'],
  _attributesProcessor: ['boundSeries', 'quickHistograms', 'observedSums', 'exemplars', 'unobservedSeries'],
  _backingStorages: ['boundSeries', 'exemplars', 'directMerge'],
  _batchCallbacks: ['guardedCallbacks'],
  _boundaries: ['quickHistograms', 'exemplars'],
  _buffer: ['guardedCallbacks'],
  _callbacks: ['guardedCallbacks'],
  _cardinalityLimit: ['observedSums'],
  _cumulativeMemoStorage: ['observedSums', 'unobservedSeries'],
  _current: ['quickHistograms'],
  _deltaMetricStorage: [
    'boundSeries',
    'quickHistograms',
    'observedSums',
    'lastValues',
    'exemplars',
    'unobservedSeries',
  ],
  _descriptor: ['boundSeries', 'quickHistograms', 'guardedCallbacks'],
  _hash: ['boundSeries', 'quickHistograms', 'observedSums', 'unobservedSeries'],
  _instrumentDescriptor: ['guardedCallbacks'],
  _keyMap: ['boundSeries', 'quickHistograms', 'directMerge', 'unobservedSeries'],
  _maxSize: ['exemplars'],
  _metricStorages: ['guardedCallbacks', 'unobservedSeries'],
  _overflowHashCode: ['boundSeries', 'quickHistograms'],
  _processors: ['boundSeries'],
  _recordMinMax: ['quickHistograms'],
  _registeredViews: ['views'],
  _reportHistory: ['times', 'directMerge', 'unobservedSeries'],
  _setSelfObsMeterProvider: ['readerMetrics'],
  _sharedState: ofProviders,
  _stashAccumulations: ['directMerge'],
  _temporalMetricStorage: ['lastValues', 'times', 'exemplars', 'directMerge', 'unobservedSeries'],
  _unreportedAccumulations: ['directMerge', 'unobservedSeries'],
  _valueMap: ['boundSeries', 'quickHistograms', 'observedSums', 'times', 'directMerge', 'unobservedSeries'],
  _writableMetricStorage: ['boundSeries', 'quickHistograms'],
}

/** Hidden parts whose names do not begin with an underscore. */
const hiddenNames: Readonly<Record<string, readonly Ability[]>> = {
  accumulations: ['times', 'directMerge', 'unobservedSeries'],
  aggregationCardinalityLimit: ['views', 'observedSums'],
  attributesProcessor: ['views'],
  batchCumulate: ['observedSums'],
  buildMetrics: ['times', 'directMerge'],
  findViews: ['views'],
  getMeterSharedState: ofProviders,
  hasMinMax: ['quickHistograms'],
  meterSharedStates: ofProviders,
  observableRegistry: ['guardedCallbacks'],
  registerAsyncMetricStorage: ['observedSums', 'lastValues'],
  registerMetricStorage: ['lastValues', 'times', 'exemplars', 'directMerge'],
  sampleTime: ['lastValues'],
  setStartTime: ['times'],
  viewRegistry: ['views'],
}

describe('the probe', () => {
  const known: Readonly<Record<(typeof knownVersions)[number], Sdk>> = {
    '3.1.0': sdk310,
    // Private fields keep TypeScript from taking one copy for the other.
    '3.1.1': sdk311 as unknown as Sdk,
  }
  for (const version of knownVersions) {
    it(`finds nothing off in ${version}, which is known`, async () => {
      assert.deepEqual(await probeSdk(known[version]), [])
    })
  }

  it('finds nothing off in an SDK that calls something else otherwise', async () => {
    assert.deepEqual(await probeSdk(await renamedSdk('recordCollection')), [])
  })

  for (const [name, lost] of Object.entries({ ...privateNames, ...hiddenNames })) {
    it(`tells what is lost with an SDK that calls ${name} otherwise`, async () => {
      assert.deepEqual(await probeSdk(await renamedSdk(name)), lost)
    })
  }

  it('names what was found, what is known and what is lost, in one line', () => {
    assert.equal(
      lostAbilitiesLine(['exemplars', 'directMerge'], '3.2.0'),
      '@opentelemetry/sdk-metrics 3.2.0 is not as it is known (3.1.0 and 3.1.1): ' +
        'exemplars are not kept; collections take twice their time',
    )
    assert.equal(lostAbilitiesLine([], '3.2.0'), undefined)
    for (const consequence of Object.values(consequences)) assert.doesNotMatch(consequence, /[;\n]/)
  })

  it('finds the version that is installed', () => {
    assert.equal(installedVersion(), '3.1.0')
  })

  it('logs once what is lost with an unknown version, and nothing where nothing is or the version is known', async () => {
    const lines: unknown[] = []
    const log = (line: string) => lines.push(line)
    diag.setLogger({ verbose: log, debug: log, info: log, warn: log, error: log }, DiagLogLevel.ALL)
    lines.length = 0
    await reportLostAbilities()
    await reportLostAbilities('3.1.2', sdk310)
    const other = await renamedSdk('_registeredViews')
    await reportLostAbilities('3.1.1', other)
    assert.deepEqual(lines, [])
    for (let i = 0; i < 2; i++) await reportLostAbilities('3.2.0', other)
    assert.deepEqual(lines, [lostAbilitiesLine(['views'], '3.2.0')])
    diag.disable()
  })
})

describe('names of the inside of the SDK', () => {
  const wing = fileURLToPath(new URL('..', import.meta.url))
  const sources = globSync('**/*.ts', { cwd: wing }).filter(
    (file) => !/\.(test|fixture)\.ts$|(^|\/)testing\//.test(file),
  )
  /** Names of properties: after a dot, or before a colon. */
  const property = /(?<=\.)_[a-z]\w*|\b_[a-z]\w*(?=\??:)/g
  const namesIn = (file: string) => readFileSync(join(wing, file), 'utf8').match(property) ?? []

  it('are all listed above', () => {
    const used = new Set(sources.filter((file) => file.startsWith('sdk/')).flatMap(namesIn))
    assert.deepEqual([...used].sort(), Object.keys(privateNames))
  })

  it('stand nowhere but in otel/sdk', () => {
    const elsewhere = sources.filter((file) => !file.startsWith('sdk/') && !file.startsWith('catalog/'))
    assert.ok(elsewhere.length > 50)
    assert.deepEqual(
      elsewhere.flatMap((file) => namesIn(file).map((name) => `${file}: ${name}`)),
      [],
    )
  })
})

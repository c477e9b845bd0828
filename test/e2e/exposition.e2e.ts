import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { addsSuffixes } from '../../otel/naming/name.ts'
import { differences, none } from './harness/differences.ts'
import {
  expectedExemplars,
  expectedSeries,
  isSameValue,
  type NativeHistogram,
  type Wanted,
} from './harness/expected-series.ts'
import { type ExpositionCase, expositionCases } from './harness/exposition-cases.ts'
import { type Prometheus, promtool, startPrometheus } from './harness/prometheus.ts'
import { createRandom } from './harness/random.ts'
import { type ServedCatalog, serveCatalog } from './harness/served-catalog.ts'
import { eventually } from './harness/until.ts'

// Without one there are no spans, and so no exemplars.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** What Prometheus adds to what it scrapes. */
const ofPrometheus = [
  'scrape_duration_seconds',
  'scrape_samples_post_metric_relabeling',
  'scrape_samples_scraped',
  'scrape_series_added',
  'up',
]

const jobOf = ({ strategy, escaping, scrape }: ExpositionCase) =>
  `${strategy} as ${scrape.scrape_protocols}, ${escaping}`
const pathOf = (one: ExpositionCase) => `/${one.strategy}/${expositionCases.indexOf(one)}`

for (const takesCreated of [true, false]) {
  describe(`a real Prometheus that ${takesCreated ? 'begins counts when they began' : 'is as it is by default'}`, () => {
    const random = createRandom()
    const stack = new AsyncDisposableStack()
    let served: ServedCatalog
    let prometheus: Prometheus

    before(async () => {
      console.log(`E2E_SEED=${random.seed}`)
      served = stack.use(await serveCatalog(random))
      const features = ['exemplar-storage', ...(takesCreated ? ['created-timestamp-zero-ingestion'] : [])]
      prometheus = stack.use(
        await startPrometheus({
          flags: [`--enable-feature=${features}`],
          jobs: [
            ...expositionCases.map((one) => ({
              job_name: jobOf(one),
              metrics_path: pathOf(one),
              scrape_native_histograms: true,
              static_configs: [{ targets: [served.address] }],
              ...one.scrape,
            })),
            { ...plainJob, static_configs: [{ targets: [served.address] }] },
            ...served.secured.map(({ job }) => job),
          ],
        }),
      )
      const allowed = expositionCases.length + 1 + served.secured.filter(({ isAllowed }) => isAllowed).length
      await eventually(async () => assert.equal(await prometheus.number('count(up == 1)'), allowed))
    })

    after(() => stack.disposeAsync())

    const wanted = (one: ExpositionCase): Wanted => ({
      ...one,
      takesCreated,
      takesNative: true,
      added: { job: jobOf(one), instance: served.address },
      resource: served.resource,
    })

    for (const one of expositionCases) {
      const selector = `{job="${jobOf(one)}"}`

      it(`gets what it asks for, in gzip: ${jobOf(one)}`, () => {
        const { asked, answered } = served.scrapes.get(pathOf(one)) ?? {}
        assert.ok(asked?.accept?.startsWith(one.accept), asked?.accept)
        assert.equal(answered?.['content-type'], one.contentType)
        assert.equal(asked?.['accept-encoding'], 'gzip')
        assert.equal(answered?.['content-encoding'], 'gzip')
      })

      it(`finds every sample, and nothing else: ${jobOf(one)}`, async () => {
        const expected = expectedSeries(served.truth, wanted(one))
        const all = await prometheus.exactly(selector)
        const isOwn = ({ labels }: { labels: Readonly<Record<string, string>> }) =>
          ofPrometheus.includes(labels.__name__ ?? '')
        assert.deepEqual(
          all
            .filter(isOwn)
            .map(({ labels }) => labels.__name__)
            .sort(),
          ofPrometheus,
        )
        const found = all.filter((series) => !isOwn(series))
        assert.deepEqual(differences(expected, found, isSameValue(served)), none)
        assert.equal(await prometheus.number(`scrape_samples_scraped${selector}`), expected.length)
      })

      it(`finds every exemplar, and no other: ${jobOf(one)}`, async () => {
        const expected = expectedExemplars(served.measurements, wanted(one))
        const found = await prometheus.exemplars(selector)
        const keyed = found.map(({ series, labels, ...value }) => ({
          labels: { ...series, ...labels },
          value,
        }))
        const isSame = (value: number, exemplar: { value: number; time: number }) =>
          value === exemplar.value && served.isWithin(exemplar.time)
        assert.deepEqual(differences(expected, keyed, isSame), none)
      })

      it(`begins what counts at 0, if it does: ${jobOf(one)}`, async () => {
        const expected = expectedSeries(served.truth, wanted(one))
        const begun = expected.filter(({ hasStart }) => hasStart && takesCreated)
        const found = (await prometheus.beginnings(selector)).filter(({ time }) => served.isWithin(time))
        const isZero = (_: unknown, value: number | NativeHistogram) =>
          typeof value === 'number' ? value === 0 : value.count === 0
        assert.deepEqual(differences(begun, found, isZero), none)
      })

      if (one.format !== 'protobuf') continue
      it(`computes with native histograms: ${jobOf(one)}`, async () => {
        for (const { labels, value } of expectedSeries(served.truth, wanted(one))) {
          if (typeof value !== 'object') continue
          const series = `{${Object.entries(labels).map(([name, text]) => `${name}=${JSON.stringify(text)}`)}}`
          assert.equal(await prometheus.number(`histogram_count(${series})`), value.count)
          assert.equal(await prometheus.number(`histogram_sum(${series})`), value.sum)
          // Prometheus forgets the bucket it has found where the sum is not a number.
          for (const quantile of Number.isNaN(value.sum) ? [] : [0.1, 0.5, 0.9]) {
            const found =
              (await prometheus.number(`histogram_quantile(${quantile}, ${series})`)) ?? Number.NaN
            const { from, to } = bucketAt(quantile, value)
            assert.ok(found >= from && found <= to, `${series}: ${found} is not in ${from} to ${to}`)
          }
        }
      })
    }

    it('finds the same in what it asks for by default, uncompressed', async () => {
      const { asked, answered } = served.scrapes.get(plainJob.metrics_path) ?? {}
      assert.equal(asked?.['accept-encoding'], 'identity')
      assert.equal(answered?.['content-encoding'], undefined)
      // With this flag Prometheus prefers protobuf, which tells when counts began without more lines.
      const format = takesCreated ? 'protobuf' : 'openmetrics'
      assert.match(String(answered?.['content-type']), new RegExp(format))
      const expected = expectedSeries(served.truth, {
        ...wanted(expositionCases.find((one) => one.format === format) as ExpositionCase),
        takesNative: false,
        added: { job: plainJob.job_name, instance: served.address },
      })
      const others = `__name__!~"${ofPrometheus.join('|')}"`
      const found = await prometheus.exactly(`{job="${plainJob.job_name}", ${others}}`)
      assert.deepEqual(differences(expected, found, isSameValue(served)), none)
    })

    it('scrapes over HTTPS and with the right credentials, and nothing with the wrong ones', async () => {
      const found = await prometheus.byLabel('count by (job) ({job=~"secured.*"})', 'job')
      const full = expectedSeries(served.truth, wanted(expositionCases[0] as ExpositionCase)).length
      for (const { job, isAllowed } of served.secured) {
        assert.equal(await prometheus.number(`up{job="${job.job_name}"}`), isAllowed ? 1 : 0)
        assert.equal(found[job.job_name], (isAllowed ? full : 0) + ofPrometheus.length, job.job_name)
      }
    })
  })
}

it('promtool reads the text of every strategy, and finds fault with names alone', async () => {
  await using served = await serveCatalog(createRandom())
  for (const one of expositionCases.filter(({ format }) => format === 'text')) {
    const scrape = await fetch(`http://${served.address}${pathOf(one)}`, { headers: { accept: one.accept } })
    const { output } = await promtool(['check', 'metrics'], await scrape.text())
    const faults = output.split('\n').filter((line) => line !== '' && !aboutNames.test(line))
    assert.deepEqual(faults, [], jobOf(one))
    if (addsSuffixes(one.strategy)) assert.equal(output, '', jobOf(one))
  }
})

/** A strategy without suffixes leaves off what promtool wants to see. */
const aboutNames = /^\S+ counter metrics should have "_total" suffix$/

/** As a user writes it who gives a target and no more. */
const plainJob = {
  job_name: 'by default',
  metrics_path: '/UnderscoreEscapingWithSuffixes/plain',
  enable_compression: false,
}

function bucketAt(quantile: number, { count, buckets }: NativeHistogram): { from: number; to: number } {
  let below = 0
  for (const bucket of buckets) {
    below += bucket.count
    if (below >= quantile * count) return bucket
  }
  throw new Error('the buckets hold less than the count')
}

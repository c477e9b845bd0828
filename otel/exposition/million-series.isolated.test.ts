import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manySeries } from './many-series.fixture.ts'
import type { ScrapeReport } from './options.ts'
import { scraped } from './scraped.fixture.ts'

// Takes a gigabyte, and most of a core for some seconds.

describe('a million series', () => {
  it('are served whole, while the event loop goes on', async () => {
    const reports: ScrapeReport[] = []
    const series = 1_000_000
    await using target = await scraped({
      metricProducers: [manySeries(series)],
      withoutTargetInfo: true,
      onScrape: (report) => reports.push(report),
    })
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const { status, bytes } = await target.get({ 'x-prometheus-scrape-timeout-seconds': '300' })
    clearInterval(timer)
    assert.equal(status, 200)
    assert.equal(reports[0]?.series, series)
    assert.equal(bytes.subarray(-'999999\n'.length).toString(), '999999\n')
    assert.ok(turns > 50, `${turns} turns`)
  })
})

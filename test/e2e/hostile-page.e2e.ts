import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readDashboard } from '../../tools/dashboards/read.ts'
import { HeadlessBrowser } from '../../tools/render/browser/devtools.ts'
import { takePicture } from '../../tools/render/browser/picture.ts'
import { renderDashboard } from '../../tools/render/render.ts'
import type { Prometheus } from '../../tools/server/server.ts'
import { browserProgram } from './setup/browser.ts'

const types =
  'timeseries stat gauge bargauge table heatmap piechart state-timeline status-history text geomap'.split(' ')
const [from, to] = [new Date(1_767_225_600_000), new Date(1_767_229_200_000)]

/** Everything that a stranger writes comes with everything that has ever got somewhere. */
describe('a page of a hostile dashboard with hostile data', () => {
  const visits: string[] = []
  // Whoever loads anything, or runs anything, comes by here.
  const trap = createServer(({ url = '' }, response) => {
    visits.push(url)
    response.setHeader('access-control-allow-origin', '*').end('document.title="owned"')
  })
  let browser: HeadlessBrowser
  let dir = ''
  let texts: readonly string[] = []
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-hostile-'))
    await once(trap.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`
    const run = `fetch('${url}/ran');document.title='owned'`
    texts = [
      `</script><script>${run}</script>`,
      `"><img src=x onerror="${run}"><svg onload="${run}">`,
      `'><iframe src="${url}/frame"></iframe><link rel=stylesheet href="${url}/style"><base href="${url}/">`,
      `red;background:url(${url}/css);--x:'</style><script>${run}</script>`,
      `[click](javascript:${encodeURIComponent(run)}) ![pixel](${url}/pixel) <meta http-equiv=refresh content="0;url=${url}/meta">`,
      `\${__data.fields}{{__proto__}}{{constructor}} __proto__ <!--`,
      `\u202e\u0000\u001b[31m\u2028&lt;script&gt;${'x'.repeat(5000)}`,
    ]
    browser = await HeadlessBrowser.start({ program: await browserProgram() })
  })
  after(async () => {
    await browser[Symbol.asyncDispose]()
    trap.closeAllConnections()
    trap.close()
    await rm(dir, { recursive: true })
  })

  for (let at = 0; at < 7; at += 1) {
    it(`runs nothing and loads nothing (${at})`, async () => {
      const evil = texts[at] ?? ''
      const { html, panels } = await renderDashboard({
        dashboard: readDashboard({ file: 'd.json', text: JSON.stringify(hostileDashboard(evil)) }),
        prometheus: hostilePrometheus(evil),
        from,
        to,
      })
      assert.equal(panels.length, types.length)
      const file = join(dir, `${at}.html`)
      await writeFile(file, html)
      const { complaints, panels: drawn } = await takePicture(browser, { file, widthPx: 1200 })
      assert.deepEqual(drawn.map(({ type }) => type).sort(), types.toSorted())
      assert.ok(drawn.every(({ drawn }) => drawn === 'true'))
      // Even what the policy of the page would have stopped was never tried.
      assert.deepEqual(complaints, [])
      assert.deepEqual(visits, [])
      assert.doesNotMatch(html, /src="http/)
    })
  }
})

function hostileDashboard(evil: string) {
  const steps = [
    { color: evil, value: null },
    { color: 'red', value: 1 },
  ]
  const panels = types.map((type, index) => ({
    id: index + 1,
    type,
    title: evil,
    description: evil,
    links: [{ title: evil, url: evil }],
    gridPos: { x: (index % 3) * 8, y: Math.floor(index / 3) * 8, w: 8, h: 8 },
    targets: [
      {
        refId: 'A',
        expr: 'up',
        legendFormat: `${evil}{{x}}`,
        ...(type === 'table' && { format: 'table', instant: true }),
      },
    ],
    fieldConfig: {
      defaults: {
        unit: evil,
        noValue: evil,
        displayName: evil,
        color: { mode: 'fixed', fixedColor: evil },
        thresholds: { mode: 'absolute', steps },
        mappings: [{ type: 'value', options: { 1: { text: evil, color: evil } } }],
        custom: { axisLabel: evil, lineStyle: { fill: evil } },
        links: [{ title: evil, url: evil }],
      },
      overrides: [{ matcher: { id: 'byRegexp', options: evil }, properties: [{ id: 'unit', value: evil }] }],
    },
    options: {
      content: `${evil}\n\n# ${evil}\n- ${evil}\n`,
      mode: index % 2 === 0 ? 'html' : 'markdown',
      legend: { displayMode: 'table', calcs: [evil, 'max'] },
    },
    transformations: [{ id: evil, options: {} }],
  }))
  return {
    title: evil,
    tags: [evil],
    schemaVersion: 39,
    templating: {
      list: [
        { name: 'v', label: evil, type: 'custom', query: evil, current: { value: evil, text: evil } },
        { name: 'f', label: evil, type: 'adhoc', filters: [{ key: evil, operator: '=', value: evil }] },
      ],
    },
    annotations: { list: [{ name: evil, enable: true, expr: evil }] },
    panels: [
      ...panels.slice(0, 3),
      { id: 99, type: 'row', title: evil, gridPos: { x: 0, y: 8, w: 24, h: 1 }, panels: [] },
      ...panels.slice(3),
    ],
  }
}

function hostilePrometheus(evil: string): Prometheus {
  const labels = new Map([
    ['__name__', evil],
    ['x', evil],
    [evil, evil],
    ['le', evil],
  ])
  const values = [1, Number.NaN, Number.POSITIVE_INFINITY, -1e308, 5e-324]
  return {
    url: evil,
    scrapeIntervalMs: 15_000,
    query: async () => [{ labels, value: 1 }],
    queryRange: async (_, range) => [
      {
        labels,
        points: values.map((value, index) => [range.from.getTime() + index * range.stepMs, value] as const),
      },
      { labels: new Map([['le', '+Inf']]), points: [] },
    ],
    series: async () => [labels],
    metadata: async () => new Map(),
  }
}

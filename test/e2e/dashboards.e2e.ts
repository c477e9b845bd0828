import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { readDashboard } from '../../tools/dashboards/read.ts'
import { comparisons } from '../../tools/promql/expression.ts'
import { parseQuery } from '../../tools/promql/parse.ts'
import { walk } from '../../tools/promql/walk.ts'
import { HeadlessBrowser } from '../../tools/render/browser/devtools.ts'
import { takePicture } from '../../tools/render/browser/picture.ts'
import { showsData } from '../../tools/render/draw-panel.ts'
import { queryPanel } from '../../tools/render/frames.ts'
import { renderDashboard } from '../../tools/render/render.ts'
import { fillVariables } from '../../tools/render/variables.ts'
import { connectPrometheus } from '../../tools/server/client.ts'
import type { Prometheus as PrometheusApi } from '../../tools/server/server.ts'
import { startMeasuredService } from './harness/measured-service.ts'
import { freePort, getJson } from './harness/network.ts'
import { dashboardFiles, type Observed, ruleFiles, startObserved } from './harness/observed.ts'
import { startPrometheus } from './harness/prometheus.ts'
import { createRandom } from './harness/random.ts'
import { eventually } from './harness/until.ts'
import { browserProgram } from './setup/browser.ts'

/** Queries of panels that return nothing from a healthy service, and why. Whatever else returns nothing is a fault. */
const emptyWhenHealthy: Readonly<Record<string, string>> = {
  'pipeline.json / Measurements at a limit / A':
    'the series for what exceeds a limit begins with the first measurement that does',
  'pipeline.json / Failed observations / A':
    'there is a series for each instrument that has failed, and none has',
}

/** Rules that cannot have a value while all is well, comparisons left aside, and why. */
const silentWhenHealthy: Readonly<Record<string, string>> = {
  CallbackErrors: 'there is a series for each instrument that has failed, and none has',
  SeriesOverflow: 'the series for what exceeds a limit begins with the first measurement that does',
  TargetAbsent: 'absent() has a value only where there is no series',
}

const execute = promisify(execFile)
const main = join(import.meta.dirname, '../../src/main.ts')

describe('the generated dashboards and rules, on a service under traffic', () => {
  const random = createRandom()
  const stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-dashboards-'))
  const dashboards = dashboardFiles.map((file) => readDashboard({ file, text: readFileSync(file, 'utf8') }))
  let observed: Observed
  let prometheus: PrometheusApi
  let program: string
  let from: Date
  let to: Date

  before(async () => {
    console.log(`E2E_SEED=${random.seed}`)
    program = await browserProgram()
    from = new Date()
    observed = await startObserved({ stack, random })
    prometheus = await connectPrometheus({ url: observed.prometheus.url })
    await sleep(20_000)
    to = new Date()
  })

  after(async () => {
    await stack.disposeAsync()
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers every query of every panel', async () => {
    assert.deepEqual(await silentPanels(prometheus, from, to), Object.keys(emptyWhenHealthy).sort())
  })

  it('has rules that Prometheus evaluates without a fault', async () => {
    const { data } = await getJson<LoadedRules>(`${observed.prometheus.url}/api/v1/rules`)
    const rules = data.groups.flatMap((group) => group.rules)
    assert.ok(rules.length > 20, `${rules.length} rules are loaded`)
    assert.deepEqual(
      rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`),
      [],
    )
  })

  it('answers every rule, the comparisons of alerts left aside', async () => {
    assert.deepEqual(await silentRules(prometheus, to), Object.keys(silentWhenHealthy).sort())
  })

  it('answers what is silent while all is well, in the fault that it watches', async () => {
    const port = await freePort()
    await using server = await startPrometheus({
      targets: [`127.0.0.1:${port}`],
      scrape: { job_name: 'tidegauge' },
    })
    const asked = await connectPrometheus({ url: server.url })
    const silentNow = async () => {
      const now = new Date()
      const minuteAgo = new Date(now.getTime() - 60_000)
      return [...(await silentPanels(asked, minuteAgo, now)), ...(await silentRules(asked, now))]
    }
    // At first the service is not there at all, then it misbehaves.
    const faults = new Set([...Object.keys(emptyWhenHealthy), ...Object.keys(silentWhenHealthy)])
    const stillSilent = faults.intersection(new Set(await silentNow()))
    assert.ok(!stillSilent.has('TargetAbsent'))
    await using _ = await startMeasuredService(port, { floodsLabels: true, cannotObserve: true })
    await eventually(
      async () => assert.deepEqual([...stillSilent.intersection(new Set(await silentNow()))], []),
      { withinMs: 30_000 },
    )
  })

  it('draws every dashboard without a complaint of the browser', async () => {
    await using browser = await HeadlessBrowser.start({ program })
    for (const dashboard of dashboards) {
      const name = basename(dashboard.file, '.json')
      const { html, panels } = await renderDashboard({ dashboard, prometheus, from, to })
      const empty = panels
        .filter(({ state }) => state !== 'drawn')
        .map(({ title, state }) => `${name}.json / ${title}: ${state}`)
      const listed = Object.keys(emptyWhenHealthy)
      assert.deepEqual(
        empty.filter((each) => !listed.some((key) => each.startsWith(key.replace(/ \/ [^/]*$/, '')))),
        [],
      )
      const file = join(folder, `${name}.html`)
      writeFileSync(file, html)
      const picture = await takePicture(browser, { file, widthPx: 1280 })
      assert.deepEqual(picture.complaints, [], name)
      assert.deepEqual(
        picture.panels.filter(({ drawn }) => drawn !== 'true'),
        [],
        name,
      )
      assert.equal(picture.panels.length, panels.length)
      assert.ok(picture.png.length > 10_000, `${name}: ${picture.png.length} bytes`)
    }
  })

  it('is a command that writes a page and a picture', async () => {
    const [page, png] = [join(folder, 'one.html'), join(folder, 'one.png')]
    const url = observed.prometheus.url
    const args = [
      '--prometheus',
      url,
      '--out',
      page,
      '--png',
      png,
      '--from',
      'now-1m',
      '--theme',
      'light',
      '--width',
      '900',
      '--browser',
      program,
    ]
    const { stdout } = await execute(process.execPath, [
      main,
      'dashboards',
      'render',
      dashboardFiles[0] ?? '',
      ...args,
    ])
    assert.match(stdout, /one\.html: \d+ of \d+ panels drawn/)
    assert.match(readFileSync(page, 'utf8'), /^<!doctype html>/)
    const picture = readFileSync(png)
    assert.deepEqual([picture.toString('latin1', 1, 4), picture.readUInt32BE(16)], ['PNG', 900])
  })

  it('refuses a Prometheus that does not answer in one line', async () => {
    const args = [main, 'dashboards', 'render', dashboardFiles[0] ?? '', '--prometheus', 'http://127.0.0.1:9']
    const { code, stderr } = await execute(process.execPath, args, { cwd: folder }).catch((error) => error)
    assert.equal(code, 2)
    assert.match(stderr, /^tidegauge: [^\n]*127\.0\.0\.1:9[^\n]*\n$/)
  })

  /** Queries of panels that return nothing. */
  async function silentPanels(asked: PrometheusApi, from: Date, to: Date): Promise<string[]> {
    const silent: string[] = []
    for (const dashboard of dashboards) {
      const { filled, problems } = await fillVariables({
        dashboard,
        prometheus: asked,
        range: { from, to },
        chosen: new Map(),
        builtIns: new Map(),
      })
      assert.deepEqual(problems, [], dashboard.file)
      for (const panel of dashboard.panels.filter(({ type }) => showsData(type))) {
        for (const target of panel.targets) {
          const { frames, errors } = await queryPanel(
            { ...panel, targets: [target] },
            { dashboard, prometheus: asked, from, to, variables: filled, widthPx: 600 },
          )
          assert.deepEqual(errors, [], `${dashboard.title} / ${panel.title}: ${target.expr}`)
          if (frames.length === 0)
            silent.push(`${basename(dashboard.file)} / ${panel.title} / ${target.refId}`)
        }
      }
    }
    return silent.sort()
  }
})

/** Rules that have no value, comparisons left aside. */
async function silentRules(asked: PrometheusApi, at: Date): Promise<string[]> {
  const silent: string[] = []
  for (const file of ruleFiles) {
    const { groups } = parse(readFileSync(file, 'utf8')) as RuleText
    for (const { rules } of groups) {
      for (const { alert, record, expr } of rules) {
        const answer = await asked.query(record ?? withoutFilters(expr), at)
        if (answer.length === 0) silent.push(alert ?? record ?? '')
      }
    }
  }
  return silent.sort()
}

interface LoadedRules {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly name: string
        readonly health: string
        readonly lastError?: string
      }[]
    }[]
  }
}

interface RuleText {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly record?: string; readonly expr: string }[]
  }[]
}

/** A comparison that answers 0 or 1 shows that both its sides have data; as a filter it is silent while all is well. */
function withoutFilters(expr: string): string {
  const { query, problem } = parseQuery(expr, { variables: 'none' })
  assert.ok(query, `${expr}: ${problem?.reason}`)
  const ends: number[] = []
  walk(query.expression, (each) => {
    if (each.kind === 'binary' && !each.isBool && comparisons.has(each.operator.text))
      ends.push(each.operator.to)
  })
  return ends
    .sort((one, other) => other - one)
    .reduce((text, at) => `${text.slice(0, at)} bool ${text.slice(at)}`, expr)
}

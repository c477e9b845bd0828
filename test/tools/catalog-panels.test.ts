import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { catalogChecks } from '../../tools/audit/checks/catalog/catalog-checks.ts'
import { dashboardMappingsCatalog } from '../../tools/audit/checks/catalog/dashboard-mappings-catalog.ts'
import { dashboardThresholdsCatalog } from '../../tools/audit/checks/catalog/dashboard-thresholds-catalog.ts'
import { panelIds } from '../../tools/generate/dashboards/identity.ts'
import { type Bent, catalogInputs, findingsOf, replace } from './catalog-inputs.fixture.ts'
import { asElements } from './elements.fixture.ts'

/** Parsed JSON, to be bent at will. */
// biome-ignore lint/suspicious/noExplicitAny: tests bend it in every way.
type Json = any

const path = 'dashboards/ingester.json'
const checks = [...catalogChecks, dashboardMappingsCatalog, dashboardThresholdsCatalog]

/** What is told of the ingester's dashboard after a person has changed it. */
async function told(
  change: (dashboard: Json) => Json | undefined,
  bent: Bent = {},
): Promise<readonly string[]> {
  const inputs = await catalogInputs({
    ...bent,
    bend(files) {
      const dashboard = JSON.parse(files.get(path) ?? '')
      files.set(path, JSON.stringify(change(dashboard) ?? dashboard, null, 2))
    },
  })
  const findings = await findingsOf(checks, inputs)
  return findings.map(
    ({ level, place, check, reason }) => `${level} ${check} ${place.panel ?? ''}: ${reason}`,
  )
}

const panel = (dashboard: Json, title: string): Json => {
  const found = dashboard.panels.find((one: Json) => one.title === title)
  assert.ok(found, title)
  return found
}

const same: readonly { readonly what: string; readonly change: (dashboard: Json) => Json | undefined }[] = [
  { what: 'nothing changed', change: () => undefined },
  {
    what: "a panel of one's own",
    change: (d) =>
      void d.panels.push({
        ...panel(d, 'Errors'),
        id: 7,
        title: 'Mine',
        gridPos: { x: 0, y: 99, w: 24, h: 8 },
      }),
  },
  {
    what: 'a query written otherwise',
    change: (d) => {
      panel(d, 'Errors').targets[0].expr =
        'sum ( increase( ingester_errors_total{instance=~"$instance",job=~"$job"} [$__range] ) )'
    },
  },
  {
    what: 'another data source',
    change: (d) => {
      panel(d, 'Errors').datasource.uid = 'prom'
    },
  },
  {
    what: 'what Grafana adds when it saves',
    change: (d) => {
      Object.assign(d, { version: 7, id: 12, schemaVersion: 43, annotations: { list: [{ builtIn: 1 }] } })
      Object.assign(panel(d, 'Errors'), {
        pluginVersion: '12.1.0',
        targets: [{ ...panel(d, 'Errors').targets[0], useBackend: false }],
      })
      Object.assign(panel(d, 'Stream lengths').fieldConfig.defaults.custom, {
        axisLabel: '',
        stacking: { mode: 'none', group: 'A' },
      })
      for (const variable of d.templating.list) variable.current = { text: 'a', value: 'a' }
    },
  },
  {
    what: 'what Grafana leaves out as usual',
    change: (d) => {
      delete panel(d, 'Errors').transparent
      delete panel(d, 'Errors').options.wideLayout
      panel(d, 'Errors').options.wideLayout = true
    },
  },
  {
    what: 'queries in another order',
    change: (d) => void panel(d, 'Stream lengths').targets.reverse(),
  },
  {
    what: 'a tag, a link and a variable more',
    change: (d) => {
      d.tags.push('mine')
      d.links.push({ title: 'Wiki', type: 'link', url: 'https://wiki', tags: [] })
      d.templating.list.push({ name: 'mine', type: 'custom', query: 'a,b' })
    },
  },
]

interface Wrong {
  readonly what: string
  readonly change: (dashboard: Json) => Json | undefined
  readonly says: readonly string[]
}

const errors = 'catalog-panel At a glance / Errors:'

const wrong: readonly Wrong[] = [
  {
    what: 'a metric',
    change: (d) => {
      panel(d, 'Errors').targets[0].expr =
        'sum(increase(ingester_error_total{job=~"$job", instance=~"$instance"}[$__range]))'
    },
    says: [
      `warning ${errors} Query A: it asks \`ingester_error_total{instance=~"$instance", job=~"$job"}[$__range]\`, the catalog \`ingester_errors_total{instance=~"$instance", job=~"$job"}[$__range]\`.`,
    ],
  },
  {
    what: 'a label that is lost',
    change: (d) => {
      panel(d, 'Errors').targets[0].expr = 'sum(increase(ingester_errors_total{job=~"$job"}[$__range]))'
    },
    says: [
      `warning ${errors} Query A: it asks \`ingester_errors_total{job=~"$job"}[$__range]\`, the catalog \`ingester_errors_total{instance=~"$instance", job=~"$job"}[$__range]\`.`,
    ],
  },
  {
    what: 'a fixed range',
    change: (d) => {
      panel(d, 'Errors').targets[0].expr =
        'sum(increase(ingester_errors_total{job=~"$job", instance=~"$instance"}[1h]))'
    },
    says: [
      `warning ${errors} Query A: it asks \`ingester_errors_total{instance=~"$instance", job=~"$job"}[1h]\`, the catalog \`ingester_errors_total{instance=~"$instance", job=~"$job"}[$__range]\`.`,
    ],
  },
  {
    what: 'a query that is gone',
    change: (d) => {
      panel(d, 'Errors').targets = []
    },
    says: [
      `warning ${errors} It lacks the query \`sum(increase(ingester_errors_total{job=~"$job", instance=~"$instance"}[$__range]))\` of the catalog.`,
    ],
  },
  {
    what: 'an empty query',
    change: (d) => {
      panel(d, 'Errors').targets[0].expr = ''
    },
    says: [
      `warning ${errors} Query A asks nothing, the catalog \`sum(increase(ingester_errors_total{job=~"$job", instance=~"$instance"}[$__range]))\`.`,
    ],
  },
  {
    what: 'a query more',
    change: (d) => void panel(d, 'Errors').targets.push({ refId: 'B', expr: 'sum(up)' }),
    says: [`warning ${errors} It asks \`sum(up)\` too, which the catalog does not.`],
  },
  {
    what: 'a hidden query',
    change: (d) => {
      panel(d, 'Errors').targets[0].hide = true
    },
    says: [`warning ${errors} Query A is hidden; the catalog shows it.`],
  },
  {
    what: 'a range for a moment',
    change: (d) => void Object.assign(panel(d, 'Errors').targets[0], { instant: false, range: true }),
    says: [`warning ${errors} Query A asks for a range of time, the catalog for one moment.`],
  },
  {
    what: 'a format',
    change: (d) => {
      panel(d, 'Errors').targets[0].format = 'table'
    },
    says: [`warning ${errors} Query A asks for the format table, the catalog for time_series.`],
  },
  {
    what: 'a legend',
    change: (d) => {
      panel(d, 'Errors by type').targets[0].legendFormat = '{{kind}}'
    },
    says: [
      'warning catalog-panel Backlog / Errors by type: The legend of query A is "{{kind}}", the catalog says "{{type}}".',
    ],
  },
  {
    what: 'a unit',
    change: (d) => {
      panel(d, 'Errors').fieldConfig.defaults.unit = 'bytes'
    },
    says: [`warning ${errors} Its unit is "bytes", the catalog says "short".`],
  },
  {
    what: 'no unit',
    change: (d) => void delete panel(d, 'Errors').fieldConfig.defaults.unit,
    says: [`warning ${errors} Its unit is "", the catalog says "short".`],
  },
  {
    what: 'a bound',
    change: (d) => {
      panel(d, 'Errors').fieldConfig.defaults.thresholds.steps[2].value = 1000
    },
    says: [
      `warning ${errors} Its thresholds are green, yellow from 10, red from 1000, the catalog says green, yellow from 10, red from 100.`,
    ],
  },
  {
    what: 'no bounds',
    change: (d) => void delete panel(d, 'Errors').fieldConfig.defaults.thresholds,
    says: [
      `warning ${errors} Its thresholds are missing, so that Grafana colours what is above 80 red, the catalog says green, yellow from 10, red from 100.`,
    ],
  },
  {
    what: 'a panel there twice',
    change: (d) => {
      d.panels.push({ ...panel(d, 'Errors'), id: 7 })
    },
    says: [
      'warning catalog-panel-unknown At a glance / Errors: This panel of the catalog is on the dashboard twice.',
    ],
  },
  {
    what: 'a generated panel that is no longer declared',
    change: (d) => {
      d.panels.push({ ...panel(d, 'Errors'), title: 'Old', id: panelIds(['Old'])[0] })
    },
    says: [
      'warning catalog-panel-unknown At a glance / Old: The panel was generated, but the catalog does not declare it any more.',
    ],
  },
  {
    what: 'bounds in percent',
    change: (d) => {
      panel(d, 'Errors').fieldConfig.defaults.thresholds.mode = 'percentage'
    },
    says: [
      `warning ${errors} Its thresholds are green, yellow from 10, red from 100 in percent, the catalog says green, yellow from 10, red from 100.`,
    ],
  },
  {
    what: 'bounds that no longer colour',
    change: (d) => {
      panel(d, 'Errors').fieldConfig.defaults.color.mode = 'palette-classic'
    },
    says: [`warning ${errors} Its color.mode is "palette-classic", the catalog says "thresholds".`],
  },
  {
    what: 'a range and a moment',
    change: (d) => {
      panel(d, 'Errors by type').targets[0].instant = true
    },
    says: [
      'warning catalog-panel Backlog / Errors by type: Query A asks for a range of time and one moment, the catalog for a range of time.',
    ],
  },
  {
    what: 'a repeated panel',
    change: (d) => {
      panel(d, 'Errors').repeat = 'instance'
    },
    says: [`warning ${errors} It is repeated for each instance, in the catalog it stands once.`],
  },
  {
    what: 'a variable that asks nothing',
    change: (d) => {
      delete d.templating.list[1].query
    },
    says: [
      'warning catalog-dashboard : The query of the variable job is missing, the catalog says "label_values(uptime_seconds,job)".',
    ],
  },
  {
    what: 'a crosshair of its own',
    change: (d) => {
      d.graphTooltip = 0
    },
    says: ['info catalog-dashboard : Its graphTooltip is 0, the catalog says 1.'],
  },
  {
    what: 'a meaning',
    change: (d) => {
      panel(d, 'Backpressure').fieldConfig.defaults.mappings[0].options[1].text = 'Off'
    },
    says: [
      'warning catalog-panel At a glance / Backpressure: The value 1 is shown as "Off" in yellow, the catalog says "Paused" in yellow.',
    ],
  },
  {
    what: 'no meanings',
    change: (d) => void delete panel(d, 'Backpressure').fieldConfig.defaults.mappings,
    says: [
      'warning catalog-panel At a glance / Backpressure: The value 0 is shown as it is, the catalog says "Reading" in green; 1 is shown as it is, the catalog says "Paused" in yellow.',
    ],
  },
  {
    what: 'a kind',
    change: (d) => {
      panel(d, 'Errors').type = 'gauge'
    },
    says: [`warning ${errors} It is drawn as gauge, the catalog says stat.`],
  },
  {
    what: 'a title',
    change: (d) => {
      panel(d, 'Errors').title = 'Faults'
    },
    says: ['warning catalog-panel At a glance / Faults: Its title is "Faults", the catalog says "Errors".'],
  },
  {
    what: 'a description',
    change: (d) => {
      panel(d, 'Errors').description = 'Bad.'
    },
    says: [
      `warning ${errors} Its description is "Bad.", the catalog says "Failures while taking events in; each is retried.".`,
    ],
  },
  {
    what: 'an id',
    change: (d) => {
      panel(d, 'Errors').id = 5
    },
    says: [`info ${errors} Its id is 5, the catalog gives it 648103: links to the panel no longer find it.`],
  },
  {
    what: 'another reduction',
    change: (d) => {
      panel(d, 'Errors').options.reduceOptions.calcs = ['mean']
    },
    says: [`warning ${errors} Its reduceOptions.calcs is ["mean"], the catalog says ["lastNotNull"].`],
  },
  {
    what: 'another colouring',
    change: (d) => {
      panel(d, 'Errors').options.colorMode = 'background'
    },
    says: [`info ${errors} Its colorMode is "background", the catalog says "value".`],
  },
  {
    what: 'another time',
    change: (d) => {
      panel(d, 'Errors').timeShift = '1w'
    },
    says: [
      `warning ${errors} It shows another time than the dashboard (timeShift 1w), the catalog the same.`,
    ],
  },
  {
    what: 'a transformation',
    change: (d) => {
      panel(d, 'Errors').transformations = [{ id: 'reduce', options: {} }]
    },
    says: [`warning ${errors} It transforms what its queries return; the catalog shows it as it is.`],
  },
  {
    what: 'a panel that is gone',
    change: (d) => {
      d.panels = d.panels.filter(({ title }: Json) => title !== 'Errors')
    },
    says: [
      'warning catalog-panel-missing : The panel "At a glance / Errors" of the catalog is missing; it shows `sum(increase(ingester_errors_total{job=~"$job", instance=~"$instance"}[$__range]))`.',
    ],
  },
  {
    what: 'panels elsewhere',
    change: (d) => {
      panel(d, 'Errors').gridPos.y = 40
    },
    says: [
      'info catalog-layout : On this dashboard 1 panel stands elsewhere than generated ("Errors" first).',
    ],
  },
  {
    what: 'a row of another name',
    change: (d) => {
      panel(d, 'Flow').title = 'Stream'
    },
    says: [
      'info catalog-layout : On this dashboard 2 panels stand elsewhere than generated ("Entries written by stream" first), and the row "Flow" cannot be found.',
    ],
  },
  {
    what: 'a uid',
    change: (d) => {
      d.uid = 'mine'
    },
    says: ['warning catalog-dashboard : Its uid is "mine", the catalog says "tidegauge-ingester".'],
  },
  {
    what: 'a title of the dashboard',
    change: (d) => {
      d.title = 'Mine'
    },
    says: ['warning catalog-dashboard : Its title is "Mine", the catalog says "Tidegauge / Ingester".'],
  },
  {
    what: 'a refresh',
    change: (d) => {
      d.refresh = '5m'
    },
    says: ['warning catalog-dashboard : Its refresh is "5m", the catalog says "10s".'],
  },
  {
    what: 'a time range',
    change: (d) => {
      d.time.from = 'now-7d'
    },
    says: [
      'warning catalog-dashboard : Its time range is "now-7d to now", the catalog says "now-1h to now".',
    ],
  },
  {
    what: 'a tag',
    change: (d) => void d.tags.pop(),
    says: ['warning catalog-dashboard : It lacks the tag ingester, by which links and searches find it.'],
  },
  {
    what: 'a link',
    change: (d) => void d.links.shift(),
    says: ['warning catalog-dashboard : It lacks the link "Overview" to /d/tidegauge-overview.'],
  },
  {
    what: 'where a link leads',
    change: (d) => {
      d.links[1].tags = ['x']
    },
    says: [
      'warning catalog-dashboard : Of the link "Components" tags is ["x"], the catalog says ["tidegauge"].',
    ],
  },
  {
    what: 'a variable',
    change: (d) => void d.templating.list.pop(),
    says: ['warning catalog-dashboard : It lacks the variable instance.'],
  },
  {
    what: 'what a variable asks',
    change: (d) => {
      d.templating.list[1].query.query = 'label_values(up, job)'
    },
    says: [
      'warning catalog-dashboard : The query of the variable job is "label_values(up,job)", the catalog says "label_values(uptime_seconds,job)".',
    ],
  },
  {
    what: 'how many a variable takes',
    change: (d) => {
      d.templating.list[1].multi = false
    },
    says: [
      'warning catalog-dashboard : The choice of several of the variable job is off, the catalog says on.',
    ],
  },
  {
    what: 'when a variable is asked',
    change: (d) => {
      d.templating.list[1].refresh = 0
    },
    says: ['warning catalog-dashboard : The refresh of the variable job is 0, the catalog says 2.'],
  },
]

describe('dashboards and the catalog', () => {
  for (const { what, change } of same) {
    it(`takes as the same: ${what}`, async () => {
      assert.deepEqual(await told(change), [])
    })
  }
  for (const { what, change, says } of wrong) {
    it(`tells ${what}`, async () => {
      assert.deepEqual(await told(change), says)
    })
  }

  it('reads a dashboard that Grafana has saved in schema v2', async () => {
    assert.deepEqual(await told(asElements), [])
    const found = await told((d) => {
      panel(d, 'Errors').targets[0].expr = 'sum(up)'
      panel(d, 'Errors').fieldConfig.defaults.unit = 's'
      panel(d, 'Backpressure').targets[0].format = 'table'
      panel(d, 'Backpressure').options.reduceOptions.calcs = ['max']
      d.templating.list[1].multi = false
      d.links.pop()
      return asElements(d)
    })
    assert.deepEqual(
      found.map((line) => line.replace(/:.*/, '')),
      [
        'warning catalog-dashboard ',
        'warning catalog-dashboard ',
        'warning catalog-panel Backpressure',
        'warning catalog-panel Backpressure',
        'warning catalog-panel Errors',
        'warning catalog-panel Errors',
      ],
    )
  })

  const settings = { thresholds: { ingester_errors_total: { warning: 5, critical: 50 } } }

  it('takes the thresholds of the settings of generate', async () => {
    assert.deepEqual(await told(() => undefined, { written: settings, expected: settings }), [])
  })

  it('tells thresholds that the settings do not have, and where they belong', async () => {
    const inputs = await catalogInputs({ written: settings })
    const found = await findingsOf(checks, inputs)
    assert.deepEqual(
      [...new Set(found.map(({ check, place }) => `${check} ${place.panel ?? place.rule}`))],
      [
        'catalog-panel At a glance / Errors',
        'catalog-rule IngesterErrorsCritical',
        'catalog-rule IngesterErrors',
      ],
    )
    for (const { mend } of found) assert.match(mend, /set thresholds in the file for generate --config/)
  })

  it('misses a dashboard where others of the catalog are, and none where there are others', async () => {
    const without = async (...gone: readonly string[]) => {
      const inputs = await catalogInputs({
        bend(files) {
          for (const file of [...files.keys()])
            if (gone.some((part) => file.includes(part))) files.delete(file)
        },
      })
      return (await findingsOf(catalogChecks, inputs)).map(({ check, subject }) => `${check} ${subject}`)
    }
    assert.deepEqual(await without('dashboards/http'), ['catalog-dashboard-missing tidegauge-http'])
    assert.deepEqual(await without('dashboards/'), [])
    assert.deepEqual(await without('.yaml'), [])
  })

  it('says nothing of dashboards that are not of the catalog', async () => {
    const found = await told((d) => {
      d.uid = 'mine'
      d.title = 'Mine'
      panel(d, 'Errors').targets[0].expr = 'sum(up)'
    })
    assert.deepEqual(found, [
      'warning catalog-dashboard-missing : The dashboard "Tidegauge / Ingester" (tidegauge-ingester) of the catalog is not among the dashboards.',
    ])
  })

  it('names the command that regenerates it', async () => {
    const inputs = await catalogInputs({
      command: 'tidegauge generate --catalog shop.yaml',
      bend: (files) => replace(files, path, '"10s"', '"1m"'),
    })
    const [finding] = await findingsOf(catalogChecks, inputs)
    assert.equal(
      finding?.mend,
      'Regenerate it with `tidegauge generate --catalog shop.yaml`; if it is meant to be so, put it into a copy with another uid and title.',
    )
  })
})

import type { Dashboard } from '../../../dashboards/dashboard.ts'
import { listAt, textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import type { ExpectedDashboard } from '../../expected-dashboards.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import type { DashboardFault } from './catalog-faults.ts'
import { variableFaults } from './catalog-variables.ts'
import { bothSides, plain, regenerate } from './catalog-words.ts'

const check = 'catalog-dashboard'

export const catalogDashboard: Check = {
  name: check,
  description:
    'Dashboards of the catalog whose name, tags, time, refresh, variables or links differ from it.',
  *run({ expected }) {
    if (expected === undefined) return
    for (const pair of expected.dashboards) {
      for (const { about, reason, line, isSmall } of [
        ...headFaults(pair),
        ...variableFaults(pair),
        ...linkFaults(pair),
      ])
        yield dashboardFinding(pair.is, {
          check,
          level: isSmall ? 'info' : 'warning',
          reason,
          mend: regenerate(expected, { instead: 'a copy with another uid and title' }),
          subject: about,
          ...(line !== undefined && { line }),
        })
    }
  },
}

function headFaults({ is, shouldBe }: ExpectedDashboard): DashboardFault[] {
  const faults: DashboardFault[] = []
  const compare = (about: string, own: string, other: string) => {
    if (plain(own) === plain(other)) return
    const { here, there } = bothSides(own, other)
    faults.push({ about, reason: `Its ${about} is ${here}, the catalog says ${there}.` })
  }
  compare('uid', is.uid ?? '', shouldBe.uid ?? '')
  compare('title', is.title, shouldBe.title)
  compare('description', textOf(is, 'description'), textOf(shouldBe, 'description'))
  compare('refresh', is.refresh ?? '', shouldBe.refresh ?? '')
  compare('time range', timeOf(is), timeOf(shouldBe))
  if (is.schema === shouldBe.schema)
    for (const key of ['timezone', 'graphTooltip']) {
      const [here, there] = [is, shouldBe].map(({ json, bodyPath }) => valueAt(json, ...bodyPath, key))
      if (JSON.stringify(here) !== JSON.stringify(there))
        faults.push({
          about: key,
          reason: `Its ${key} is ${JSON.stringify(here) ?? 'missing'}, the catalog says ${JSON.stringify(there)}.`,
          isSmall: true,
        })
    }
  for (const tag of shouldBe.tags)
    if (!is.tags.includes(tag))
      faults.push({
        about: `tag ${tag}`,
        reason: `It lacks the tag ${tag}, by which links and searches find it.`,
      })
  return faults
}

function linkFaults({ is, shouldBe }: ExpectedDashboard): DashboardFault[] {
  const own = listOf(is, 'links')
  return listOf(shouldBe, 'links').flatMap((link) => {
    const title = textAt(link, 'title') ?? ''
    const same =
      own.find((one) => textAt(one, 'title') === title) ?? own.find((one) => targetOf(one) === targetOf(link))
    if (same === undefined)
      return [{ about: `link ${title}`, reason: `It lacks the link "${title}" to ${targetOf(link)}.` }]
    const wrong = linkKeys.flatMap((key) => {
      const [here, there] = [valueAt(same, key), valueAt(link, key)].map((value) =>
        JSON.stringify(value ?? false),
      )
      return here === there ? [] : [`${key} is ${here}, the catalog says ${there}`]
    })
    return wrong.length === 0
      ? []
      : [{ about: `link ${title}`, reason: `Of the link "${title}" ${wrong.join('; ')}.` }]
  })
}

const linkKeys = ['title', 'type', 'url', 'tags', 'asDropdown', 'keepTime', 'includeVars']

function targetOf(link: unknown): string {
  return textAt(link, 'url') ?? `the dashboards with the tags ${listAt(link, 'tags').join(', ')}`
}

function textOf(dashboard: Dashboard, key: string): string {
  return textAt(dashboard.json, ...dashboard.bodyPath, key) ?? ''
}

function listOf(dashboard: Dashboard, key: string): readonly unknown[] {
  return listAt(dashboard.json, ...dashboard.bodyPath, key)
}

function timeOf({ json, bodyPath, schema }: Dashboard): string {
  const time = valueAt(json, ...bodyPath, schema === 'v2' ? 'timeSettings' : 'time')
  return `${textAt(time, 'from') ?? ''} to ${textAt(time, 'to') ?? ''}`
}

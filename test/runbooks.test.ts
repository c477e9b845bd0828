import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { components } from '../src/catalog/catalog.ts'
import { flagOf, settingKeys } from '../src/cli/serve/settings.ts'
import { commandsOf } from '../src/cli/table.ts'

const alerts = components.flatMap((component) => component.alerts)
const known = new Set(alerts.map(({ alert }) => alert))
const dashboards = new Set(components.flatMap(({ title }) => title))
const commands = commandsOf({ name: 'tidegauge', version: '1', about: '' })
const flagsOfServe = new Set(settingKeys.map(flagOf))

/** What somebody who is woken up by an alert is told to look at, and to type. */
describe('runbooks name what there is', () => {
  for (const { alert, runbook } of alerts)
    it(alert, async () => {
      for (const [, title = ''] of runbook.matchAll(/\*([A-Z][A-Za-z ]+)\*(?=[^.\n]*dashboard)/g))
        assert.ok(dashboards.has(title), `dashboard ${title}`)
      for (const [, other = ''] of runbook.matchAll(/[Ss]ee ([A-Z][a-z]+[A-Z]\w+)/g))
        assert.ok(known.has(other), `alert ${other}`)
      for (const [, typed = ''] of runbook.matchAll(/`tidegauge ([^`]+)`/g)) await assertCommand(typed)
      for (const [, flag = ''] of runbook.replaceAll(/`tidegauge [^`]+`/g, '').matchAll(/`(--[a-z-]+)/g))
        assert.ok(flagsOfServe.has(flag) || flag === '--retry-all', `flag ${flag}`)
    })
})

/** The longest name of a command that the line begins with has all of its flags. */
async function assertCommand(typed: string): Promise<void> {
  const entry = commands
    .filter(({ name }) => typed === name || typed.startsWith(`${name} `))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
  assert.ok(entry, `tidegauge ${typed}`)
  const help = (await entry.load(commands)).details?.() ?? ''
  for (const [flag] of typed.matchAll(/--[a-z-]+/g))
    assert.match(help, new RegExp(`${flag}\\b`), `tidegauge ${typed}`)
}

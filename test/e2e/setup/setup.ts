import { browserProgram } from './browser.ts'
import { debianProgram } from './debian.ts'
import { mcpPrograms } from './mcp.ts'
import { pdsFolder } from './pds.ts'
import { programs } from './programs.ts'
import { relayProgram } from './relay.ts'
import { schemathesisProgram } from './schemathesis.ts'

/** Everything the end-to-end tests need and how it is brought here; all at once, since each waits for something else. */
const needs: Record<string, () => Promise<unknown>> = {
  'Collector, Prometheus and promtool': () =>
    programs((missing) => say(`building ${missing.join(', ')}: some minutes the first time`)),
  'PDS and PLC': () => pdsFolder(() => say('installing the PDS and the PLC from npm')),
  'MCP clients': () => mcpPrograms(() => say('installing the clients of MCP from npm and PyPI')),
  Relay: () => relayProgram(() => say('building the relay: some minutes the first time')),
  VictoriaMetrics: () =>
    debianProgram('victoria-metrics', {
      onInstall: () => say('installing the Debian package victoria-metrics'),
    }),
  Schemathesis: () => schemathesisProgram(() => say('installing Schemathesis from PyPI')),
  zsh: () => debianProgram('zsh', { onInstall: () => say('installing the Debian package zsh') }),
  fish: () => debianProgram('fish', { onInstall: () => say('installing the Debian package fish') }),
  Chromium: () => browserProgram(() => say('installing the Debian package chromium')),
}

const say = (line: string) => console.log(`e2e:setup ${line}`)

const started = performance.now()
const results = await Promise.allSettled(Object.values(needs).map((bring) => bring()))
const names = Object.keys(needs)
for (const [index, result] of results.entries()) {
  if (result.status === 'fulfilled') continue
  process.exitCode = 1
  console.error(`e2e:setup ${names[index]} missing: ${result.reason.message}`)
}
if (!process.exitCode)
  say(`ready in ${((performance.now() - started) / 1000).toFixed(0)} s: ${names.join(', ')}`)

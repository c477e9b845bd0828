import { fileURLToPath } from 'node:url'
import manifest from '../package.json' with { type: 'json' }
import { components } from '../src/catalog/catalog.ts'
import { ownCatalog } from '../src/cli/own-catalog.ts'
import { commandsOf } from '../src/cli/table.ts'
import { openApi } from '../src/edge/contract/openapi.ts'
import { apiReference } from '../src/edge/contract/reference.ts'
import { documentedChecks } from '../tools/audit/documented-checks.ts'
import { checksReference } from '../tools/audit/report/checks-reference.ts'
import { cliReference } from '../tools/cli/reference.ts'
import { generatedFiles } from '../tools/generate/files.ts'
import { findDrift, writeFiles } from '../tools/generate/write.ts'

// Writes every generated file of this project; with `--check` it writes nothing, names each file that differs and exits 1.
const root = fileURLToPath(new URL('../', import.meta.url))
const program = {
  name: 'tidegauge',
  version: manifest.version,
  about: '`tidegauge serve` runs the service. The other commands ask it, or look at what it tells of itself.',
  own: ownCatalog,
}
const files = new Map([
  ...generatedFiles({ components, provisioning: true }),
  ['docs/audit-checks.md', checksReference(documentedChecks)],
  ['docs/api.md', apiReference(openApi(manifest.version))],
  ['docs/cli.md', await cliReference(program, commandsOf(program))],
])

if (process.argv.includes('--check')) {
  for (const { path, how } of await findDrift(root, files)) {
    console.error(`${path} is ${how}; mend it with: npm run generate`)
    process.exitCode = 1
  }
} else {
  await writeFiles(root, files)
}

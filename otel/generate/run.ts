import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { documentedChecks } from '../audit/documented-checks.ts'
import { checksReference } from '../audit/report/checks-reference.ts'
import { components } from '../catalog/catalog.ts'
import { dashboardFiles } from './dashboards/dashboards.ts'
import { provisioningFiles } from './provisioning.ts'
import { metricsReference } from './reference.ts'
import { defaultSettings } from './settings.ts'

// Writes every generated file; with `--check` it writes nothing, names each file that differs and exits 1.
const root = new URL('../../', import.meta.url)
const files = {
  'docs/audit-checks.md': checksReference(documentedChecks),
  'docs/metrics.md': metricsReference(components),
  ...dashboardFiles(components, defaultSettings),
  ...provisioningFiles(),
}

for (const [path, text] of Object.entries(files)) {
  const file = new URL(path, root)
  if (!process.argv.includes('--check')) {
    await mkdir(new URL('.', file), { recursive: true })
    await writeFile(file, text)
  } else if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) {
    console.error(`${path} is not what the catalog says; mend it with: npm run generate`)
    process.exitCode = 1
  }
}

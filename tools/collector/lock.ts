import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectorVersion, generateSources, run, source } from './build.ts'

/**
 * Writes go.mod and go.sum again from the manifest: the modules it names and the Collector's frame, and what Go finds
 * that building needs below them. `go mod tidy` would also want what only the tests of all these modules need.
 */
async function lock(): Promise<void> {
  const manifest = await readFile(source('manifest.yaml'), 'utf8')
  const named = Array.from(manifest.matchAll(/gomod: (\S+ v\S+)/g), ([, module]) => module)
  const frame = ['otelcol', 'service'].map(
    (part) => `go.opentelemetry.io/collector/${part} v${collectorVersion}`,
  )
  const required = [...named, ...frame].map((module) => `\t${module}`)
  const work = await mkdtemp(join(tmpdir(), 'otelcol-lock-'))
  try {
    await generateSources(work)
    const lines = ['module tidegauge/otelcol', '', 'go 1.25', '', 'require (', ...required, ')', '']
    await writeFile(join(work, 'go.mod'), lines.join('\n'))
    const tools = ['prometheus', 'promtool'].map((tool) => `github.com/prometheus/prometheus/cmd/${tool}`)
    await run('go', ['list', '-mod=mod', '-deps', '-tags=grpcnotrace,remove_all_sd', '.', ...tools], work)
    for (const file of ['go.mod', 'go.sum']) await copyFile(join(work, file), source(file))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

await lock()

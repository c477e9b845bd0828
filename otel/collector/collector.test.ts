import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { collectorVersion, source } from './build.ts'
import { findProgram } from './find.ts'

describe('the manifest of the Collector', () => {
  const manifest = readFileSync(source('manifest.yaml'), 'utf8')
  const lock = readFileSync(source('go.mod'), 'utf8')

  for (const [, module = ''] of manifest.matchAll(/gomod: (\S+ v\S+)/g)) {
    it(`is locked: ${module}`, () => assert.ok(lock.includes(`\t${module}\n`), 'run otel/collector/lock.ts'))
  }

  it('is of the version that is built', () =>
    assert.match(manifest, new RegExp(`version: ${collectorVersion}\n`)))
})

describe('finding a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'find-'))
  after(() => rmSync(folder, { recursive: true }))

  const answers = [
    { says: 'otelcol version 0.155.0', minimum: '0.155', found: true },
    { says: 'otelcol version v0.160.2', minimum: '0.155', found: true },
    { says: 'otelcol version 1.2.0', minimum: '0.155', found: true },
    { says: 'otelcol version 0.99.0', minimum: '0.155', found: false },
    { says: 'prometheus, version 2.42.0+ds (branch: x)', minimum: '3.0', found: false },
    { says: 'prometheus, version 3.5.0 (branch: HEAD)', minimum: '3.0', found: true },
    { says: 'something else', minimum: '0.1', found: false },
  ]
  for (const { says, minimum, found } of answers) {
    it(`${found ? 'takes' : 'leaves'} one that says "${says}" where ${minimum} is needed`, async () => {
      const program = join(folder, 'program')
      writeFileSync(program, `#!/bin/sh\necho '${says}' >&2\n`, { mode: 0o755 })
      assert.equal(await findProgram(program, minimum), found ? program : undefined)
    })
  }

  it('finds nothing where there is nothing', async () =>
    assert.equal(await findProgram(join(folder, 'missing'), '0.1'), undefined))
})

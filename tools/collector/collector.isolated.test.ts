import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { parse } from 'yaml'
import { collectorVersion, source } from './build.ts'
import { findProgram } from './find.ts'
import { featureGates } from './run.ts'

describe('the manifest of the Collector', () => {
  const manifest = readFileSync(source('manifest.yaml'), 'utf8')
  const lock = readFileSync(source('go.mod'), 'utf8')

  for (const [, module = ''] of manifest.matchAll(/gomod: (\S+ v\S+)/g)) {
    it(`is locked: ${module}`, () => assert.ok(lock.includes(`\t${module}\n`), 'run tools/collector/lock.ts'))
  }

  it('is of the version that is built', () =>
    assert.match(manifest, new RegExp(`version: ${collectorVersion}\n`)))
})

describe('the compose file', () => {
  const { services } = parse(readFileSync(source('../../compose.yaml'), 'utf8'))
  const { image, command, environment, volumes } = services.collector

  it('takes the image of the version that is built, with the same feature gates', () => {
    assert.equal(image, `otel/opentelemetry-collector-contrib:${collectorVersion}`)
    assert.ok(command.includes(`--feature-gates=${featureGates.join()}`), command)
  })

  it('mounts what the command names, from files that are there', () => {
    for (const volume of volumes.filter((one: string) => one.startsWith('./'))) {
      const [from] = volume.split(':')
      assert.ok(existsSync(source(`../../${from}`)), from)
    }
    assert.ok(volumes.some((volume: string) => volume.includes(':/etc/tidegauge/collector-config.yaml:')))
  })

  it('sets only variables that a configuration reads', () => {
    const configs = [
      '../../collector-config.yaml',
      ...readdirSync(source('../../otel/config/collector')).map(
        (file) => `../../otel/config/collector/${file}`,
      ),
    ]
    const text = configs.map((file) => readFileSync(source(file), 'utf8')).join()
    const unread = Object.keys(environment).filter((name) => !text.includes(`{env:${name}:-`))
    assert.deepEqual(unread, [])
  })
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

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { programs } from './setup/programs.ts'

const root = join(import.meta.dirname, '../..')
const added = readdirSync(join(root, 'otel/config/collector')).map((file) => `otel/config/collector/${file}`)

describe('the configuration of the Collector', () => {
  const combinations = [[], ...added.map((file) => [file]), added]
  for (const files of combinations) {
    it(`loads with ${files.length === added.length ? 'every file added' : (files[0] ?? 'none added')}`, async () => {
      const { otelcol } = await programs()
      const configs = ['collector-config.yaml', ...files].flatMap((file) => ['--config', file])
      const { stdout, stderr } = await promisify(execFile)(otelcol, ['validate', ...configs], { cwd: root })
      assert.equal(stdout + stderr, '')
    })
  }

  for (const file of ['collector-config.yaml', ...added]) {
    it(`names at the top of ${file} every variable that it reads, with its default`, () => {
      const text = readFileSync(join(root, file), 'utf8')
      const comment = text.slice(0, text.search(/^\w/m))
      const body = text.slice(comment.length)
      const read = [...body.matchAll(/\$\{env:(\w+):-/g)].map(([, name]) => name as string)
      const inherited = file === 'collector-config.yaml' ? [] : ['COLLECTOR_DATA', 'COLLECTOR_HOST']
      for (const name of new Set(read))
        assert.ok(comment.includes(name) || inherited.includes(name), `${name} is not explained`)
    })
  }
})

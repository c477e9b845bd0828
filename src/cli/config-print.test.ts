import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createTestTerminal } from '../../tools/cli/testing/test-terminal.ts'
import { configPrintCommand } from './config-print.ts'

describe('config print', () => {
  const data = mkdtempSync(join(tmpdir(), 'config-print-'))
  const kept = join(data, 'config.json')
  writeFileSync(kept, '{"hostConcurrency": 9}')
  after(() => rmSync(data, { recursive: true, force: true }))

  async function run(...args: readonly string[]) {
    const { terminal, written } = createTestTerminal()
    await configPrintCommand({ name: 'tidegauge', version: '1', about: '' }).run(args, terminal)
    return written.out
  }

  it('shows flags, and what PATCH /config has kept, with their origins', async () => {
    const out = await run('--data', data, '--port', '8080', '--host-concurrency', '3')
    assert.match(out, /^port: 8080 +# --port$/m)
    assert.match(out, new RegExp(`^hostConcurrency: 9 +# ${kept}$`, 'm'))
  })

  it('tells programs the same as JSON, in the form of GET /config', async () => {
    const { service, telemetry } = JSON.parse(await run('--data', data, '--json', '--port', '8080'))
    assert.deepEqual(service.port, { value: 8080, origin: '--port' })
    assert.deepEqual(service.hostConcurrency, { value: 9, origin: kept })
    assert.deepEqual(Object.keys(telemetry[0]), ['key', 'value', 'origin'])
  })

  it('says what is wrong with what was kept', async () => {
    writeFileSync(kept, '{"hostConcurrency": 0}')
    await assert.rejects(run('--data', data), {
      type: 'usage',
      message: /hostConcurrency: .*correct it, or remove/,
    })
  })
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Command } from './command.ts'
import { configCheckCommand, configPrintCommand } from './config.ts'
import { createTestTerminal, testProgram } from './testing/test-terminal.ts'

async function run(command: Command, args: readonly string[]) {
  const { terminal, written } = createTestTerminal()
  return { code: await command.run(args, terminal), ...written }
}

describe('config check', () => {
  const dir = mkdtempSync(join(tmpdir(), 'config-check-'))
  const file = join(dir, 'otel.yaml')
  writeFileSync(file, "file_format: '1.0'\n")
  after(() => rmSync(dir, { recursive: true, force: true }))
  const command = configCheckCommand(testProgram)
  const notice = 'otel.yaml:1: nothing is measured without meter_provider'

  it('says that a file can be used, for people and for programs', async () => {
    assert.deepEqual(await run(command, [file]), {
      code: 0,
      out: `${notice}\n${file} can be used\n`,
      err: '',
    })
    const { code, out } = await run(command, [file, '--json'])
    assert.deepEqual([code, JSON.parse(out)], [0, { file, notices: [notice] }])
  })

  for (const args of [[], ['a.yaml', 'b.yaml']])
    it(`refuses ${args.join(' ') || 'no file'}`, () =>
      assert.rejects(run(command, args), { name: 'UsageError', message: /takes one file/ }))
  it('refuses a flag that there is not', () =>
    assert.rejects(run(command, [file, '--jsno']), { message: /--jsno \(did you mean --json\?\)/ }))
})

describe('config print', () => {
  const command = configPrintCommand(testProgram)

  it('shows each setting with its origin, for people and for programs', async () => {
    const { telemetry } = JSON.parse((await run(command, ['--json'])).out)
    const { out } = await run(command, [])
    assert.ok(telemetry.length > 0)
    for (const { key, value, origin } of telemetry) {
      const line = out.split('\n').find((text) => text.startsWith(`${key}: ${value}`))
      assert.ok(line?.endsWith(`# ${origin}`), key)
    }
  })

  it('refuses words', () => assert.rejects(run(command, ['x']), { message: /"x" belongs to no flag/ }))
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { updateDashboard } from '../update/update.ts'
import { variedDashboards } from './testing/varied.ts'
import { unifiedDiff } from './unified-diff.ts'

/** What `git apply`, which is strict, makes of a diff. */
function apply(before: string, diff: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'diff-'))
  try {
    writeFileSync(join(dir, 'd.json'), before)
    writeFileSync(join(dir, 'diff'), diff)
    execFileSync('git', ['apply', '-p0', '--whitespace=nowarn', 'diff'], {
      cwd: dir,
      env: { GIT_CEILING_DIRECTORIES: tmpdir() },
    })
    return readFileSync(join(dir, 'd.json'), 'utf8')
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const metrics = ['http_lost_total', 'db_lost_total', 'new_total'].map((name) => ({
  name,
  type: 'counter' as const,
  help: undefined,
  unit: undefined,
  labels: new Map(),
  file: '',
  line: 1,
  recordings: undefined,
}))

describe('unifiedDiff', () => {
  const cases = [
    { name: 'a line inserted', before: 'a\nb\n', after: 'a\nx\nb\n' },
    { name: 'a comma and lines inserted', before: '[\n  1\n]\n', after: '[\n  1,\n  2\n]\n' },
    { name: 'the same line again', before: '}\n}\n', after: '}\n}\n}\n' },
    { name: 'no line end at the end', before: '{\n}', after: '{\nx\n}' },
    { name: 'something appended to a text without line end', before: 'a', after: 'a\nb' },
    { name: 'a line end appended', before: 'a', after: 'a\n' },
    {
      name: 'changes far apart',
      before: `a\n${'x\n'.repeat(20)}b\n`,
      after: `a\n1\n${'x\n'.repeat(20)}b\n2\n`,
    },
    { name: 'something taken away', before: 'a\nb\nc\n', after: 'a\nc\n' },
    { name: 'CRLF', before: '[\r\n  1\r\n]\r\n', after: '[\r\n  1,\r\n  2\r\n]\r\n' },
    ...variedDashboards.map(({ name, text }) => ({
      name: `a dashboard updated: ${name}`,
      before: text,
      after: updateDashboard({ file: 'd.json', text, metrics }).text,
    })),
  ]
  for (const { name, before, after } of cases) {
    it(`is applied to the same effect: ${name}`, () => {
      assert.notEqual(before, after)
      assert.equal(apply(before, unifiedDiff({ file: 'd.json', before, after })), after)
    })
  }

  it('is empty for equal texts', () => assert.equal(unifiedDiff({ file: 'd', before: 'a', after: 'a' }), ''))

  it('shows three lines around what is inserted', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n'
    const diff = unifiedDiff({ file: 'd.json', before, after: before.replace('4\n', '4\nx\n') })
    assert.equal(diff, '--- d.json\n+++ d.json\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n')
  })
})

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packAll } from './pack.ts'

// Packs all packages and lets publint and arethetypeswrong judge the tarballs; exits 1 when one of them objects.

const checkers = fileURLToPath(new URL('check-packages', import.meta.url))
execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
  cwd: checkers,
  stdio: 'inherit',
})

const folder = mkdtempSync(join(tmpdir(), 'tidegauge-packages-'))
try {
  for (const tarball of Object.values(packAll(folder))) {
    check('publint', [tarball, '--strict'])
    // The packages are ES modules for Node 24, which `require()` loads too: node16 in the words of TypeScript.
    check('attw', [
      tarball,
      '--profile',
      'node16',
      '--ignore-rules',
      'cjs-resolves-to-esm',
      '--format',
      'table-flipped',
    ])
  }
} finally {
  rmSync(folder, { recursive: true })
}

function check(command: string, args: readonly string[]): void {
  const { status } = spawnSync(join(checkers, 'node_modules/.bin', command), args, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

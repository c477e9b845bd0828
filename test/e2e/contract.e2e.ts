import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { routes } from '../../src/edge/contract/contract.ts'
import { exampleDid, exampleOwnDid } from '../../src/edge/contract/words.ts'
import { request } from './harness/network.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { until } from './harness/until.ts'
import { schemathesisProgram } from './setup/schemathesis.ts'

const token = 'the-token-of-the-contract'
/** Without a percent sign, which the tool would not escape in a path. */
const ownDid = 'did:plc:ownownownownownownownown'
const settings = join(import.meta.dirname, 'contract', 'schemathesis.toml')

describe('the OpenAPI document', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegauge-contract-'))
  let service: Tidegauge

  before(async () => {
    const args = ['--rate-limit', '0', '--own-did', ownDid]
    service = await startTidegauge({ env: { TIDEGAUGE_TOKEN: token }, args })
  })
  after(async () => {
    await service?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is kept by every operation, whatever it is asked', async () => {
    const file = join(folder, 'openapi.json')
    const document = await (await request(`${service.url}/openapi.json`)).text()
    // Its examples are about a repo that this service keeps, and about its own.
    const kept = document.replaceAll(exampleDid, await firstRepo(service))
    writeFileSync(file, kept.replaceAll(exampleOwnDid, ownDid))
    const { code, output, report } = await schemathesis(file)
    assert.equal(code, 0, output)
    const { operations, test_cases: cases } = report
    assert.deepEqual([operations.total, operations.tested], [routes.length, routes.length])
    assert.ok(cases.generated > 500, `${cases.generated} requests`)
  })

  it('was kept without a fault of the service, which goes on', async () => {
    assert.doesNotMatch(await service.scrape(), /^http_requests_total\{.*status="500".*\} [1-9]/m)
    assert.doesNotMatch(service.log(), /request failed/)
    assert.equal((await request(`${service.url}/health`)).status, 200)
  })

  async function schemathesis(document: string) {
    const program = await schemathesisProgram()
    const report = join(folder, 'report.json')
    const args = ['--config-file', settings, 'run', document, '--url', service.url, '--seed', '1']
    const run = [...args, '--report-json-path', report, '--header', `Authorization: Bearer ${token}`]
    return new Promise<{ code: number; output: string; report: Report }>((resolve, reject) =>
      execFile(program, run, { cwd: folder, maxBuffer: 1e8, timeout: 120_000 }, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') return reject(error)
        const code = Number(error?.code ?? 0)
        resolve({ code, output: stdout + stderr, report: JSON.parse(readFileSync(report, 'utf8')) })
      }),
    )
  }
})

/** What Schemathesis says of its run. */
interface Report {
  readonly operations: { readonly total: number; readonly tested: number }
  readonly test_cases: { readonly generated: number }
}

async function firstRepo(service: Tidegauge): Promise<string> {
  let did: string | undefined
  await until('a repo is synced', async () => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await request(`${service.url}/repos?status=synced`, { headers })
    const { repos } = (await response.json()) as { readonly repos: readonly { readonly did: string }[] }
    did = repos.find((repo) => repo.did !== ownDid)?.did
    return did !== undefined
  })
  return did as string
}

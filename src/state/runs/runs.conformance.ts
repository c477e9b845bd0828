import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeptRun, Runs } from './runs.ts'

/** What every implementation does. @param open gives the same content each time, until the test ends. */
export function conformsToRuns(name: string, open: () => Promise<OpenRuns>): void {
  describe(`${name}, as a log of sync runs`, () => {
    it('hands over what was added, in that order, all of its fields', async () => {
      await using opened = await open()
      for (const run of runs) await opened.runs.add(run)
      assert.deepEqual(await opened.runs.take(), runs)
    })

    it('hands over nothing where nothing was added', async () => {
      await using opened = await open()
      assert.deepEqual(await opened.runs.take(), [])
    })

    it('hands over each run once, whoever asks', async () => {
      await using opened = await open()
      for (const run of runs) await opened.runs.add(run)
      const taken = await Promise.all([opened.runs.take(), opened.runs.take(), opened.runs.take()])
      assert.deepEqual(taken.flat(), runs)
      assert.deepEqual(await opened.runs.take(), [])
      await opened.runs.add(runs[1] as KeptRun)
      assert.deepEqual(await opened.runs.take(), [runs[1]])
    })

    it('keeps them when it is opened again', async () => {
      await using opened = await open()
      for (const run of runs) await opened.runs.add(run)
      const again = await opened.reopen()
      assert.deepEqual(await again.take(), runs)
      assert.deepEqual(await (await opened.reopen()).take(), [])
    })
  })
}

export interface OpenRuns extends AsyncDisposable {
  readonly runs: Runs
  /** Closes it, and opens what it has kept. */
  reopen(): Promise<Runs>
}

const base = { kind: 'run', did: 'did:plc:a', trigger: 'cli', durationMs: 12.5 } as const

const runs: readonly KeptRun[] = [
  { ...base, outcome: 'success', records: 3, extracted: 9, filtered: 1, sizeBytes: 4096 },
  { kind: 'join', trigger: 'cli' },
  {
    ...base,
    outcome: 'error',
    reason: 'network',
    fault: 'fetch',
    records: 0,
    extracted: 0,
    filtered: 0,
    sizeBytes: 0,
  },
]

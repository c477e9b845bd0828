import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeRow, decodeRuns, decodeTimes, encodeRow, encodeRuns, encodeTimes } from './block.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { readColumn, writeColumn } from './column.ts'
import { aColumn, aRow, random } from './rows.fixture.ts'
import { joinRuns, runsOf, type SeriesRuns } from './runs.ts'

describe('a column', () => {
  const cases: readonly [what: string, values: readonly number[]][] = [
    ['of nothing', []],
    ['of one number', [0.1]],
    ['of whole numbers', [3, 1, 4, 1, 5, -9]],
    ['that grows steadily', Array.from({ length: 100 }, (_, i) => 7 * i)],
    ['of decimals', [0.005, 0.01, 0.25, 1.5]],
    ['of what is not a number', [0, Number.NaN, -0, Infinity, -Infinity]],
    ['of large numbers', [2 ** 53, 2 ** 53 - 1, -(2 ** 50), 2 ** 50, Number.MAX_VALUE, Number.MIN_VALUE]],
    ['of times', [1_700_000_000_000, 1_700_000_060_003, 1_700_000_119_998]],
  ]
  for (const [what, values] of cases) {
    it(`${what} is read as it was written`, () => sameAgain(Float64Array.from(values)))
  }

  it('of any numbers is read as it was written', () => {
    for (let seed = 1; seed <= 500; seed++) sameAgain(aColumn(random(seed)))
  })

  function sameAgain(values: Float64Array) {
    const writer = new ByteWriter()
    writeColumn(writer, values)
    writeColumn(writer, values, values)
    const reader = new ByteReader(writer.done())
    const read = readColumn(reader, values.length)
    assert.deepEqual([...read], [...values])
    assert.deepEqual([...readColumn(reader, values.length, read)], [...values])
    assert.ok(reader.isAtEnd)
  }
})

describe('a block', () => {
  it('of any rows is read as it was written, by metric and row by row', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed)
      const rows = Array.from({ length: 1 + next(40) }, (_, i) => aRow(next, 60_000 * i))
      const metrics = runsOf(rows)
      for (const all of metrics.values()) assert.deepEqual(decodeRuns(encodeRuns(all)), all)
      const single = rows.map((row) => decodeRow(encodeRow(runsOf([row]))))
      for (const [metric, all] of metrics) {
        const joined = joinRuns(single.map((row) => ({ rows: 1, all: row.get(metric) ?? [] })))
        assert.deepEqual(bySeries(joined), bySeries(all))
      }
    }
  })

  it('gives one metric of a row without the others', () => {
    const next = random(7)
    const bytes = encodeRow(runsOf([aRow(next, 0)]))
    const all = decodeRow(bytes)
    const [metric] = [...all.keys()] as [number]
    assert.ok(all.size > 1)
    assert.deepEqual(decodeRow(bytes, new Set([metric])), new Map([[metric, all.get(metric)]]))
  })

  it('that has been cut off anywhere is refused', () => {
    const [all] = [...runsOf([aRow(random(3), 0), aRow(random(3), 1)]).values()] as [SeriesRuns[]]
    const bytes = encodeRuns(all)
    for (let length = 1; length < bytes.length; length++) {
      assert.throws(() => decodeRuns(bytes.subarray(0, length)), Error)
    }
  })

  it('tells the times of its rows', () => {
    const times = Float64Array.from([1_700_000_000_000, 1_700_000_060_001, 1_700_000_120_000])
    assert.deepEqual(decodeTimes(encodeTimes(times)), times)
  })

  function bySeries(all: readonly SeriesRuns[]) {
    return all.toSorted((one, other) => one.series - other.series)
  }
})

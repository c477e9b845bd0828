import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Box, GridLines } from './grid.ts'

describe('the lines of a grid', () => {
  const box = (x: number, y: number, w: number, h: number): Box => ({
    title: '',
    line: 1,
    grid: { x, y, w, h },
  })

  it('know the neighbours of a box, whatever lies where', () => {
    let state = 7
    const below = (most: number) => {
      state = (state * 48_271) % 2_147_483_647
      return state % most
    }
    for (let round = 0; round < 100; round++) {
      const boxes = Array.from({ length: below(20) }, () =>
        box(below(24), below(12), 1 + below(12), below(9) === 0 ? 40 : 1 + below(4)),
      )
      const lines = new GridLines(boxes)
      for (const one of boxes) {
        const { y, h } = one.grid
        const others = boxes.filter(
          (other) => other !== one && other.grid.y < y + h && y < other.grid.y + other.grid.h,
        )
        assert.deepEqual(new Set(lines.beside(one)), new Set(others))
        assert.deepEqual(
          lines.beginningAt(y),
          boxes.filter(({ grid }) => grid.y === y),
        )
        assert.deepEqual(
          lines.endingAt(y),
          boxes.filter(({ grid }) => grid.y + grid.h === y),
        )
      }
      if (boxes.length > 0) assert.equal(lines.top, Math.min(...boxes.map(({ grid }) => grid.y)))
    }
  })

  it('find them without a look at all the others', () => {
    let reads = 0
    const boxes = Array.from({ length: 4096 }, (_, at): Box => {
      const { grid } = box((at % 3) * 8, Math.floor(at / 3) * 8, 8, 8)
      return {
        title: '',
        line: 1,
        get grid() {
          reads += 1
          return grid
        },
      }
    })
    const lines = new GridLines(boxes)
    reads = 0
    for (const one of boxes) lines.beside(one)
    // Twelve steps to the place, and some around it.
    assert.ok(reads < 30 * boxes.length, `${reads} reads of ${boxes.length} boxes`)
  })
})

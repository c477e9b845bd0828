import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arrange, gridWidth, type Placeable } from './arrange.ts'

describe('arranging panels', () => {
  for (let small = 0; small <= 15; small++)
    for (let large = 0; large <= 9; large++)
      it(`leaves no hole and no overlap with ${small} small and ${large} large ones`, () => {
        const sizes = [...Array(small).fill('small'), ...Array(large).fill('large')] as Placeable['size'][]
        const { places, bottom } = arrange(
          sizes.map((size) => ({ size })),
          7,
        )
        const cells = places.flatMap(({ x, y, w, h }) =>
          Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
        )
        assert.equal(new Set(cells).size, cells.length, 'some overlap')
        assert.equal(cells.length, gridWidth * (bottom - 7), 'there is a hole')
        for (const { x, w } of places) assert.ok(x >= 0 && w >= 4 && x + w <= gridWidth)
      })

  it('puts small ones above large ones, each kind in the order given', () => {
    const { places } = arrange([{ size: 'large' }, { size: 'small' }, { size: 'large' }], 0)
    assert.deepEqual(
      places.map(({ x, y }) => [x, y]),
      [
        [0, 4],
        [0, 0],
        [12, 4],
      ],
    )
  })
})

/** A value made readable: `1.23`, with what stands around it, `K req/s`. */
export interface Formatted {
  readonly prefix: string
  readonly text: string
  readonly suffix: string
}

/** Writes a value. Decimals that are not given are chosen by the value's size. */
export type Formatter = (value: number, decimals?: number | null) => Formatted

/** The values of `thresholds`, as the file writes them: the first step reaches down to minus infinity. */
export interface Thresholds {
  readonly mode: 'absolute' | 'percentage'
  readonly steps: readonly { readonly value: number; readonly color: string }[]
}

/** The colour of the last step that a value has reached. */
export function thresholdColor(
  { mode, steps }: Thresholds,
  value: number,
  min = 0,
  max = 100,
): string | undefined {
  const at = mode === 'percentage' ? ((value - min) / (max - min || 1)) * 100 : value
  return steps.findLast((step) => at >= step.value)?.color ?? steps[0]?.color
}

/** The bounds of the steps in the panel's own unit, the lowest left out. */
export function thresholdBounds(
  { mode, steps }: Thresholds,
  min = 0,
  max = 100,
): readonly { readonly value: number; readonly color: string }[] {
  return steps
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, color }) => ({
      value: mode === 'percentage' ? min + ((max - min) * value) / 100 : value,
      color,
    }))
}

/** Writes a number with as many decimals as its size deserves, or with those that are asked for, as Grafana does. */
export function toFixed(value: number, decimals?: number | null): string {
  if (!Number.isFinite(value)) return nonFinite(value)
  const digits = Math.min(20, Math.max(0, decimals ?? fittingDecimals(value)))
  if (value === 0) return value.toFixed(digits)
  const factor = 10 ** digits
  const rounded = Math.round(value * factor) / factor
  const text = String(rounded)
  return text.includes('e') ? text : rounded.toFixed(digits)
}

/** NaN and the infinities, as Grafana writes them. */
export function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '∞' : '-∞'
}

/** Three significant digits; none after the point of a whole number. */
function fittingDecimals(value: number): number {
  if (Number.isInteger(value)) return 0
  return Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
}

/** How many decimals a number has, to write ticks that far apart: 0.05 has two. */
export function decimalsOf(value: number): number {
  const text = String(Number(value.toPrecision(6)))
  const [mantissa = '', exponent] = text.split('e')
  const decimals = mantissa.split('.')[1]?.length ?? 0
  return exponent === undefined ? decimals : Math.max(0, decimals - Number(exponent))
}

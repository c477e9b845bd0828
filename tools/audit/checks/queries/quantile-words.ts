/** Quantiles that a text for people speaks of: `p95`, `99th percentile`, `median`, `q0.9`. */
export function numbersNamed(text: string): readonly number[] {
  const found: number[] = []
  for (const [, p] of text.matchAll(/(?<![a-z0-9])p(\d{2}(?:\.\d+)?|\d{3})(?![\d.]*[a-z0-9])/gi)) {
    // p999 is the quantile 0.999, p99.9 as well.
    if (p !== undefined) found.push(p.length === 3 ? Number(`0.${p}`) : percent(p))
  }
  for (const [, p = ''] of text.matchAll(/\b(\d{1,2}(?:\.\d+)?)(?:st|nd|rd|th)[- _]?(?:per)?cent/gi))
    found.push(percent(p))
  for (const [, q = ''] of text.matchAll(/(?:quantile|q)\s*[=:]?\s*(0?\.\d+)/gi)) found.push(Number(q))
  for (const [, p = ''] of text.matchAll(/\b(\d{2}(?:\.\d+)?)\s?(?:quantile|percentile)/gi))
    found.push(percent(p))
  if (/\bmedian\b/i.test(text)) found.push(0.5)
  return found
}

function percent(text: string): number {
  return Number((Number(text) / 100).toFixed(6))
}

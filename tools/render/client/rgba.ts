/** A colour with an opacity, for canvases. Colours that are not written with `#` stay as they are. */
export function rgba(color: string, opacity: number): string {
  const digits = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(color)
  if (digits === null) return color
  const channels = digits.slice(1).map((pair) => Number.parseInt(pair, 16))
  return `rgba(${channels.join(',')},${opacity})`
}

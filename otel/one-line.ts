/** People read no more of a line; what is left out of it is the middle, as the end says what to do. */
const longest = 2000

/**
 * A text as one line for a terminal or a log. It may quote what strangers wrote: nothing in it breaks the line, steers the
 * terminal, or fills the screen.
 */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()
  return line.length <= longest ? line : `${line.slice(0, longest / 2)} … ${line.slice(-longest / 2)}`
}

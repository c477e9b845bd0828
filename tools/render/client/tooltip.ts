import type UPlot from 'uplot'
import { dateTime } from '../duration-units.ts'
import { browser, type PageElement } from './browser.ts'

export interface TipLine {
  readonly name: string
  readonly color: string
  readonly text: string
}

const maxLines = 14

/** Shows what the series say at the time under the pointer. All of it is set as text: names are strangers'. */
export function tooltip(
  element: PageElement,
  times: readonly number[],
  linesAt: (index: number, chart: UPlot) => readonly TipLine[],
): (chart: UPlot) => void {
  const { document } = browser
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true
  element.append(tip)
  const part = (className: string, text: string) => {
    const made = document.createElement('span')
    made.className = className
    made.textContent = text
    return made
  }
  return (chart) => {
    const { idx, left = -1, top = -1 } = chart.cursor
    const time = typeof idx === 'number' ? times[idx] : undefined
    const lines = time === undefined || left < 0 ? [] : linesAt(idx as number, chart)
    tip.hidden = lines.length === 0
    if (tip.hidden || time === undefined) return
    const rows = lines.slice(0, maxLines).map(({ name, color, text }) => {
      const row = document.createElement('div')
      const swatch = part('swatch', '')
      swatch.style.background = color
      row.append(swatch, part('name', name), part('value', text))
      return row
    })
    if (lines.length > maxLines) rows.push(part('time', `and ${lines.length - maxLines} more`))
    tip.replaceChildren(part('time', dateTime(time * 1000, true)), ...rows)
    const x = chart.bbox.left / browser.devicePixelRatio + left + 14
    const flips = x + tip.offsetWidth > element.clientWidth
    tip.style.left = `${Math.max(0, flips ? x - tip.offsetWidth - 28 : x)}px`
    tip.style.top = `${Math.max(0, Math.min(top, element.clientHeight - tip.offsetHeight))}px`
  }
}

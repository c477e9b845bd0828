import type UPlot from 'uplot'
import type { ChartSpec, HeatmapSpec } from '../chart-spec.ts'
import { browser, type PageElement } from './browser.ts'
import { drawChart } from './chart.ts'
import { drawHeatmap } from './heatmap.ts'

/** Draws every chart of the page as soon as its font is there, and tells with `data-ready` that all is drawn. */
export async function drawPage(): Promise<void> {
  const { document } = browser
  await document.fonts.ready
  for (const element of document.querySelectorAll('[data-chart]')) {
    const spec = JSON.parse(element.querySelector('script')?.textContent ?? '') as ChartSpec | HeatmapSpec
    const chart = spec.kind === 'heatmap' ? drawHeatmap(element, spec) : drawChart(element, spec)
    follow(element, chart)
    const panel = element.closest('[data-panel]')
    if (panel !== null) panel.dataset.drawn = 'true'
  }
  document.documentElement.dataset.ready = 'true'
}

function follow(element: PageElement, chart: UPlot): void {
  new browser.ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = element
    if (width !== chart.width || height !== chart.height) chart.setSize({ width, height })
  }).observe(element)
}

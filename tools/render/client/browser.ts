import type UPlot from 'uplot'

/** The little that the page's code uses of a browser. The project is typed for Node, which has none of it. */
export interface PageElement {
  readonly clientWidth: number
  readonly clientHeight: number
  readonly offsetWidth: number
  readonly offsetHeight: number
  readonly dataset: Record<string, string>
  readonly style: Record<string, string>
  className: string
  textContent: string | null
  hidden: boolean
  querySelector(selector: string): PageElement | null
  closest(selector: string): PageElement | null
  append(...children: PageElement[]): void
  replaceChildren(...children: PageElement[]): void
}

export interface Page {
  readonly documentElement: PageElement
  readonly fonts: { readonly ready: Promise<unknown> }
  createElement(name: string): PageElement
  querySelectorAll(selector: string): Iterable<PageElement>
}

export interface Browser {
  readonly document: Page
  readonly uPlot: typeof UPlot
  readonly devicePixelRatio: number
  readonly ResizeObserver: new (onResize: () => void) => { observe(element: PageElement): void }
}

/** What a canvas is drawn with. */
export interface Canvas {
  fillStyle: unknown
  strokeStyle: unknown
  lineWidth: number
  font: string
  save(): void
  restore(): void
  beginPath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  stroke(): void
  setLineDash(lengths: readonly number[]): void
  fillRect(x: number, y: number, width: number, height: number): void
  measureText(text: string): { readonly width: number }
  createLinearGradient(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
  ): { addColorStop(at: number, color: string): void }
}

export const browser = globalThis as unknown as Browser

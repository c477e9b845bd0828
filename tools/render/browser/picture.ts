import { pathToFileURL } from 'node:url'
import { UsageError } from '@tidegauge/otel/usage-error'
import type { HeadlessBrowser } from './devtools.ts'

export interface PictureOptions {
  /** The page, a file. */
  readonly file: string
  /** In CSS pixels. */
  readonly widthPx: number
  /** Pixels of the picture for each CSS pixel. @default 1 */
  readonly scale?: number
}

export interface Picture {
  readonly png: Buffer
  /** What the page said about mistakes in itself: errors, and what its policy refused. */
  readonly complaints: readonly string[]
  /** Attributes of each panel of the page. */
  readonly panels: readonly Readonly<Record<string, string>>[]
}

/** No picture of a page is higher: more than that the browser cannot paint at once. */
const maxHeightPx = 16_000

/**
 * Opens a page, waits until it has drawn everything, and takes a picture of all of it.
 *
 * @throws {UsageError} when the page does not come so far.
 */
export async function takePicture(
  browser: HeadlessBrowser,
  { file, widthPx, scale = 1 }: PictureOptions,
): Promise<Picture> {
  const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await browser.send<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  })
  const send = <Result>(method: string, params = {}) => browser.send<Result>(method, params, sessionId)
  const complaints: string[] = []
  browser.onEvent((method, params) => {
    const complaint = complaintOf(method, params)
    if (complaint !== undefined) complaints.push(complaint)
  })
  const metrics = (height: number) =>
    send('Emulation.setDeviceMetricsOverride', {
      width: widthPx,
      height,
      deviceScaleFactor: scale,
      mobile: false,
    })
  const evaluate = async <Value>(expression: string): Promise<Value> => {
    const answer = await send<{ result: { value: Value }; exceptionDetails?: { text: string } }>(
      'Runtime.evaluate',
      {
        expression,
        awaitPromise: true,
        returnByValue: true,
      },
    )
    if (answer.exceptionDetails) throw new UsageError(`the page failed: ${answer.exceptionDetails.text}`)
    return answer.result.value
  }
  await Promise.all([send('Page.enable'), send('Runtime.enable'), send('Log.enable'), metrics(1000)])
  await send('Page.navigate', { url: pathToFileURL(file).href })
  const isReady = await evaluate<boolean>(untilReady)
  if (!isReady) throw new UsageError(`the page did not finish drawing: ${complaints[0] ?? 'no reason given'}`)
  const height = await evaluate<number>('Math.ceil(document.body.getBoundingClientRect().bottom)')
  await metrics(Math.min(maxHeightPx, Math.max(100, height)))
  await evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  const { data } = await send<{ data: string }>('Page.captureScreenshot', { format: 'png' })
  const panels = await evaluate<Record<string, string>[]>(
    'Array.from(document.querySelectorAll("[data-panel]"), (panel) => ({ ...panel.dataset }))',
  )
  await browser.send('Target.closeTarget', { targetId })
  return { png: Buffer.from(data, 'base64'), complaints, panels }
}

/** Asked in the page that is there by then: the new one may not have begun yet. */
const untilReady = `new Promise((done) => {
  const deadline = performance.now() + 30000
  const look = () => {
    if (document.documentElement?.dataset.ready === 'true') done(true)
    else if (performance.now() > deadline) done(false)
    else setTimeout(look, 20)
  }
  look()
})`

function complaintOf(method: string, params: Readonly<Record<string, unknown>>): string | undefined {
  if (method === 'Runtime.exceptionThrown') {
    const { exceptionDetails } = params as {
      exceptionDetails?: { text?: string; exception?: { description?: string } }
    }
    return exceptionDetails?.exception?.description ?? exceptionDetails?.text
  }
  if (method === 'Log.entryAdded') {
    const { entry } = params as { entry?: { level?: string; text?: string } }
    return entry?.level === 'error' || entry?.level === 'warning' ? entry.text : undefined
  }
  if (method === 'Runtime.consoleAPICalled' && (params.type === 'error' || params.type === 'warning')) {
    const { args } = params as { args?: { value?: unknown; description?: string }[] }
    return args?.map(({ value, description }) => String(value ?? description)).join(' ')
  }
  return undefined
}

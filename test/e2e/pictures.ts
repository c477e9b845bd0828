import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readDashboard } from '../../tools/dashboards/read.ts'
import { HeadlessBrowser } from '../../tools/render/browser/devtools.ts'
import { takePicture } from '../../tools/render/browser/picture.ts'
import { renderDashboard } from '../../tools/render/render.ts'
import { connectPrometheus } from '../../tools/server/client.ts'
import { dashboardFiles, startObserved } from './harness/observed.ts'
import { createRandom } from './harness/random.ts'
import { smallerPng } from './harness/smaller-png.ts'
import { browserProgram } from './setup/browser.ts'

// Writes docs/images/*.png: every generated dashboard with the data of a service under traffic. `npm run pictures`.
const images = join(import.meta.dirname, '../../docs/images')
const minutes = 3
const widthPx = 1200
const maxBytes = 300_000

const program = await browserProgram()
await using stack = new AsyncDisposableStack()
const from = new Date()
const { prometheus: server } = await startObserved({ stack, random: createRandom(7), pauseMs: 500 })
console.log(`${minutes} minutes of traffic`)
await sleep(minutes * 60_000)
const to = new Date()

const prometheus = await connectPrometheus({ url: server.url })
const folder = mkdtempSync(join(tmpdir(), 'tidegauge-pictures-'))
stack.defer(() => rmSync(folder, { recursive: true, force: true }))
const browser = stack.use(await HeadlessBrowser.start({ program }))
mkdirSync(images, { recursive: true })
for (const file of dashboardFiles) {
  const name = basename(file, '.json')
  const dashboard = readDashboard({ file, text: readFileSync(file, 'utf8') })
  const { html } = await renderDashboard({
    dashboard,
    prometheus: { ...prometheus, url: 'http://localhost:9090' },
    from,
    to,
    widthPx,
  })
  const page = join(folder, `${name}.html`)
  writeFileSync(page, html)
  const { png, complaints } = await takePicture(browser, { file: page, widthPx })
  for (const complaint of complaints) console.error(`${name}: ${complaint}`)
  const picture = join(images, `${name}.png`)
  writeFileSync(picture, smallerPng(png))
  const { size } = statSync(picture)
  console.log(`docs/images/${name}.png: ${Math.round(size / 1000)} kB`)
  if (complaints.length > 0 || size > maxBytes) process.exitCode = 1
}

import { crc32, deflateSync, inflateSync } from 'node:zlib'

/**
 * Writes a picture of a page with 256 colours: a third of the size, and to the eye the same, since a page has few
 * colours and their shades at the edges of letters and lines.
 *
 * @param png 8 bits for each channel, RGB or RGBA, not interlaced, as browsers take them.
 */
export function smallerPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png)
  const counts = new Map<number, number>()
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
  const palette = medianCut([...counts], 256)
  const nearest = new Map([...counts.keys()].map((color) => [color, nearestIn(palette, color)]))
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = nearest.get(pixels[y * width + x] ?? 0) ?? 0
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))
  const parts: [string, Buffer][] = [
    ['IHDR', header],
    ['PLTE', colors],
    ['IDAT', deflateSync(rows, { level: 9, memLevel: 9 })],
    ['IEND', Buffer.alloc(0)],
  ]
  return Buffer.concat([png.subarray(0, 8), ...parts.map(([type, data]) => chunk(type, data))])
}

function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const channels = png[25] === 6 ? 4 : 3
  const data: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const raw = inflateSync(Buffer.concat(data))
  const stride = width * channels
  const pixels = new Uint32Array(width * height)
  let above = Buffer.alloc(stride)
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0
    const line = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1))
    for (let i = 0; i < stride; i += 1) {
      const left = i < channels ? 0 : (line[i - channels] ?? 0)
      const up = above[i] ?? 0
      const corner = i < channels ? 0 : (above[i - channels] ?? 0)
      line[i] = ((line[i] ?? 0) + predicted(filter, left, up, corner)) & 255
    }
    for (let x = 0; x < width; x += 1) {
      const at = x * channels
      pixels[y * width + x] = ((line[at] ?? 0) << 16) | ((line[at + 1] ?? 0) << 8) | (line[at + 2] ?? 0)
    }
    above = line
  }
  return { width, height, pixels }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    case 4: {
      const guess = left + up - corner
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
      return a <= b && a <= c ? left : b <= c ? up : corner
    }
    default:
      return 0
  }
}

type Counted = readonly [color: number, count: number]

/** Halves the box with the most pixels at its widest channel until there are enough boxes. */
function medianCut(colors: readonly Counted[], size: number): readonly number[] {
  const boxes: Counted[][] = [[...colors]]
  while (boxes.length < size) {
    const widest = boxes
      .map((box, index) => ({ index, ...spread(box) }))
      .sort((one, other) => other.weight - one.weight)[0]
    if (widest === undefined || widest.weight === 0) break
    const [box = []] = boxes.splice(widest.index, 1)
    box.sort(([one], [other]) => channel(one, widest.shift) - channel(other, widest.shift))
    const half = box.reduce((sum, [, count]) => sum + Math.sqrt(count), 0) / 2
    let seen = 0
    const at = box.findIndex(([, count]) => {
      seen += Math.sqrt(count)
      return seen >= half
    })
    const cut = Math.min(box.length - 1, Math.max(1, at))
    boxes.push(box.slice(0, cut), box.slice(cut))
  }
  // The colour that is there most: the grounds of the page stay exactly what they are.
  return boxes.map((box) => box.reduce((most, each) => (each[1] > most[1] ? each : most))[0])
}

function spread(box: readonly Counted[]): { readonly shift: number; readonly weight: number } {
  const reach = (shift: number) => {
    const values = box.map(([color]) => channel(color, shift))
    return values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 255)
  }
  const [shift = 0, range = 0] =
    [16, 8, 0].map((at) => [at, reach(at)] as const).sort((a, b) => b[1] - a[1])[0] ?? []
  return { shift, weight: range * Math.sqrt(box.reduce((sum, [, count]) => sum + Math.sqrt(count), 0)) }
}

function nearestIn(palette: readonly number[], color: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (const [index, candidate] of palette.entries()) {
    const distance = [16, 8, 0].reduce(
      (sum, at) => sum + (channel(color, at) - channel(candidate, at)) ** 2,
      0,
    )
    if (distance < least) [best, least] = [index, distance]
  }
  return best
}

function channel(color: number, shift: number): number {
  return (color >> shift) & 255
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

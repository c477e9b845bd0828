import { nearest } from './nearest.ts'

/** What a secret is shown as. */
export const masked = '***'

/**
 * Masks what is secret in a text that is to be shown: user, password and the values of the query of URLs, the values of
 * assignments and headers whose name speaks of a secret, and what follows `Bearer` and `Basic`. Whatever shows a text that
 * somebody has given passes through it. In doubt it masks too much.
 */
export function maskSecrets(text: string): string {
  const withoutUsers = userInfos.reduce(
    (shown, userInfo) => shown.replace(userInfo, `$1${masked}@`),
    withoutUser(text),
  )
  return maskAssigned(withoutUsers.replace(query, maskQuery).replace(credentials, `$1${masked}`))
}

/** Whether a key, a parameter or a header of this name may hold a secret, if it is misspelt too. Files may be named. */
export function isSecretName(name: string): boolean {
  if (/(file|path)$/i.test(name)) return false
  if (secretPart.test(name)) return true
  const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/)
  return words.some(
    (word) => shortSecretWords.test(word) || (word.length > 3 && nearest(word, secretWords) !== undefined),
  )
}

/** A value in JSON, with the secrets in it masked, numbers and lists too. */
export function maskedJson(value: unknown): string {
  const hide = (key: string, part: unknown) => {
    if (part === undefined || part === null) return part
    if (isSecretName(key)) return masked
    if (isSecretPair(part)) return { ...part, value: masked }
    return typeof part === 'string' ? maskSecrets(part) : part
  }
  return JSON.stringify(value, hide) ?? String(value)
}

/** Whether a value is the secret of a pair, such as `{ name: 'authorization', value: … }`. */
export function isSecretPair(pair: unknown): pair is { readonly name: string; readonly value: unknown } {
  if (typeof pair !== 'object' || pair === null || !('name' in pair) || !('value' in pair)) return false
  return typeof pair.name === 'string' && isSecretName(pair.name)
}

const secretWords = ['token', 'secret', 'password', 'credential', 'authorization', 'signature']

/** Wherever it stands in a name. */
const secretPart =
  /token|secret|passw|passphrase|pwd|credential|authori[sz]|signature|bearer|cookie|headers?$|headers_list$/i

/** Words of their own: `design` and `passive` are no secrets. */
const shortSecretWords = /^(auth|api|access|private)?keys?$|^(auth|sig|sas|jwt|pass|session)s?$/i

/** A text that is a URL as a whole may hold spaces. */
function withoutUser(text: string): string {
  const url = /\s/.test(text) ? URL.parse(text) : null
  if (url === null || (url.username === '' && url.password === '')) return text
  url.username = masked
  url.password = ''
  return url.href
}

/** User and password before the @ of an address. What is repeated is bounded, for texts of strangers come here too. */
const userInfos: readonly RegExp[] = [
  // A password with a character that ends the host: what follows the colon is no port, and there is an @ further on.
  /\b([a-z][a-z\d+.-]{0,30}:\/\/)(?!\[)[^\s/?#:]{0,500}:(?!\d{1,5}(?:[/?#"',)\s]|$))\S{0,1000}@/gi,
  // A password that begins as a port would, after what is hardly the name of a host.
  /\b([a-z][a-z\d+.-]{0,30}:\/\/)(?!localhost:)[^\s/?#:.@"']{1,500}:\d{1,5}[/?#][^\s"]{0,1000}@/gi,
  // In quotes it may hold spaces.
  /(?<=")([a-z][a-z\d+.-]{0,30}:\/\/)[^"/?#]{0,1000}@/gi,
  /\b([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/?#]{0,1000}@/gi,
  // Without an @, where what follows the colon is no port.
  /\b(?!at:)([a-z][a-z\d+.-]{0,30}:\/\/)(?!\[|\*\*\*)[^\s/?#:@"']{1,200}:(?!\d{1,5}(?:[^\w.-]|$)|port\b)[^\s"@]{1,500}/gi,
  // Without a scheme.
  /(^|[\s"'=(,/])[^\s"'=(,/:@]{1,200}:(?!\/\/|\d{1,5}(?:[/?#"',)\s]|$))[^\s"]{1,500}@/g,
]

const query = /\b([a-z][a-z\d+.-]{0,30}:\/\/[^\s?#"]{0,300}\?)([^\s"#]*[^\s"#:,.;)'\\])/gi

function maskQuery(_: string, address: string, parameters: string): string {
  const shown = parameters.split('&').map((parameter) => {
    const [, name = ''] = /^([^=]*=)/.exec(parameter) ?? []
    return name + masked
  })
  return address + shown.join('&')
}

/** What names a scheme of HTTP authentication in prose stays. */
const credentials =
  /\b((?:Bearer|Basic)(?:\s|%20|\+){1,9})(?!(?:token|auth|authentication|realm|…)(?:[\s"',;.:=)]|$))[^\s"]*[^\s"',;.:)]/gi

/** `name=`, `name%3D` where it is encoded once more, `"name": "` and `name: '`. */
const assignment = /(?:%[\dA-F]{2})?([\w.[\]-]{1,60})(=|%3D|\\?["']?:\s{0,9}\\?["'])/gi

/** Masks the values of assignments whose name speaks of a secret. */
function maskAssigned(text: string): string {
  let shown = ''
  let end = 0
  for (const { 0: whole, 1: name = '', 2: sign = '', index } of text.matchAll(assignment)) {
    const from = index + whole.length
    if (from < end || !isSecretName(name)) continue
    const length = assignedLength(text, from, sign)
    if (length === 0 || placeholder.test(text.slice(from, from + length))) continue
    shown += text.slice(end, from) + masked
    end = from + length
  }
  return shown + text.slice(end)
}

function assignedLength(text: string, from: number, sign: string): number {
  const [, value] = values.find(([end]) => sign.toUpperCase().endsWith(end)) ?? [undefined, bareValue]
  value.lastIndex = from
  const found = value.exec(text)?.[0] ?? ''
  // What ends a sentence or a quotation is not part of a value.
  return (/["']$/.test(sign) ? found : found.replace(/[:,.;)'\\]+$/, '')).length
}

const bareValue = /[^\s&"]+/y

/** How a value goes on, by what it begins after. */
const values: readonly (readonly [string, RegExp])[] = [
  ['\\"', /[^"]*?(?=\\?")/y],
  ['"', /(?:\\.|[^"\\])*/sy],
  ["'", /(?:\\.|[^'\\])*/sy],
  ['%3D', /(?:(?!%26)[^\s&"])+/iy],
]

/** What messages say in place of a value. */
const placeholder = /^(TOKEN|SECRET|KEY|PASSWORD|…|\*\*\*|value2?(,key2=value2)?)$/

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate for localhost that signs itself, for servers and clients in tests, and files that hold it. */
export function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  writeFileSync(keyFile, key)
  writeFileSync(certFile, cert)
  return { key, cert, keyFile, certFile, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

// Worth nothing: no machine trusts it.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgU8NgIRLotPcRFAHh
RNjwa7wk28AR+YSh6VOywyPdtVehRANCAARk3jQvfA5pR8tAakzG5nKrAQOIvj4d
UASFvhhj6hK2CiG7PMbk+KuBOai7TkvFV7mDnfuEFFKKVx2qZt5bzBO5
-----END PRIVATE KEY-----
`

const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUQUoo/AiMuWAOZCcPvjIwFPxQEnQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA0MDcyNVoYDzIxMjYxMDI4
MDQwNzI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARk3jQvfA5pR8tAakzG5nKrAQOIvj4dUASFvhhj6hK2CiG7PMbk+KuB
Oai7TkvFV7mDnfuEFFKKVx2qZt5bzBO5o28wbTAdBgNVHQ4EFgQU4iRancvf+HIf
DqnX74VuvY/9ihswHwYDVR0jBBgwFoAU4iRancvf+HIfDqnX74VuvY/9ihswGgYD
VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSQAwRgIhAKRdKUNzHpXQuIppkBn8WRytBaRcgAExR8KN3IkYEDi4AiEA
rjq20jtOXSnZjPb7qvsRQHusWQwoSYSimwGXyoA+uIc=
-----END CERTIFICATE-----
`

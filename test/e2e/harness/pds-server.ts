import './loopback.ts'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// Runs the real PDS: pds-server.ts FOLDER SETTINGS
const [folder = '', settings = ''] = process.argv.slice(2)
const { PDS } = await import(pathToFileURL(join(folder, 'node_modules/@atproto/pds/dist/index.js')).href)
const { port, plc, dataDir, secret, rotationKey, adminPassword, windowMs } = JSON.parse(settings)
const pds = await PDS.fromEnv({
  devMode: true,
  port,
  hostname: 'localhost',
  dataDirectory: dataDir,
  blobstoreDiskLocation: join(dataDir, 'blobs'),
  // It refuses addresses as hostnames.
  didPlcUrl: plc.replace('127.0.0.1', 'localhost'),
  adminPassword,
  jwtSecret: secret,
  plcRotationKeyK256PrivateKeyHex: rotationKey,
  serviceHandleDomains: ['.test'],
  bskyAppViewUrl: 'https://appview.invalid',
  bskyAppViewDid: 'did:example:invalid',
  modServiceUrl: 'https://mod.invalid',
  modServiceDid: 'did:example:invalid',
  inviteRequired: false,
  disableSsrfProtection: true,
  repoBackfillLimitMs: windowMs,
  acceptingImports: true,
})
await pds.start()
process.on('SIGTERM', () => pds.destroy().then(() => process.exit(0)))

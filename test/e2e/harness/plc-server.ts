import './loopback.ts'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// Runs the real PLC with its database in memory: plc-server.ts FOLDER PORT
const [folder = '', port] = process.argv.slice(2)
const { PlcServer, Database } = createRequire(join(folder, 'package.json'))('@did-plc/server')
await PlcServer.create({ db: Database.mock(), port: Number(port) }).start()

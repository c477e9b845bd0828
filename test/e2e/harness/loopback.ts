import { Server } from 'node:net'

/** The PDS and the PLC listen on every interface and have no option for it; this keeps them on loopback. */
const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server
Server.prototype.listen = function (this: Server, port: unknown, ...rest: unknown[]) {
  const bound = typeof port === 'number' && typeof rest[0] !== 'string' ? ['127.0.0.1', ...rest] : rest
  return listen.call(this, port, ...bound)
} as typeof Server.prototype.listen

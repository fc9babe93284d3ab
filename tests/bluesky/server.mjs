// The real Bluesky servers on this machine: the directory of identities (PLC) and a data server (PDS).
// node server.mjs <data folder> [limits]: with `limits`, the server applies its own rate limits.
// Prints {"event": "bluesky.ready", …} on standard output; ends with SIGTERM.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const plc = require('@did-plc/server')
const { PDS, envToCfg, envToSecrets, readEnv } = require('@atproto/pds')

const folder = process.argv[2]
const secret = () => randomBytes(32).toString('hex')

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

const [identities, data] = [await freePort(), await freePort()]
const blobs = join(folder, 'blobs')
mkdirSync(blobs, { recursive: true })
const jwtSecret = secret()
Object.assign(process.env, {
  PDS_DEV_MODE: 'true',
  PDS_INVITE_REQUIRED: 'false',
  PDS_HOSTNAME: 'localhost',
  PDS_PORT: String(data),
  PDS_DID_PLC_URL: `http://127.0.0.1:${identities}`,
  PDS_DATA_DIRECTORY: folder,
  PDS_BLOBSTORE_DISK_LOCATION: blobs,
  PDS_JWT_SECRET: jwtSecret,
  PDS_ADMIN_PASSWORD: secret(),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: secret(),
  PDS_RATE_LIMITS_ENABLED: String(process.argv[3] === 'limits'),
  LOG_ENABLED: 'false',
})

const register = plc.PlcServer.create({ db: new plc.MockDatabase(), port: identities })
await register.start()
const env = readEnv()
const server = await PDS.create(envToCfg(env), envToSecrets(env))
await server.start()
process.stdout.write(JSON.stringify({ event: 'bluesky.ready', url: `http://127.0.0.1:${data}`, jwtSecret }) + '\n')

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    await server.destroy()
    await register.destroy()
    process.exit(0)
  })
}

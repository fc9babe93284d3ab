// The real Bluesky servers on this machine: the directory of identities (PLC), a data server (PDS), and the index of the
// network that answers its reads (AppView).
// node server.mjs <data folder> <address of an empty PostgreSQL database> [limits]: with `limits`, the data server
// applies its own rate limits. Prints {"event": "bluesky.ready", …} on standard output; ends with SIGTERM.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const plc = require('@did-plc/server')
const identity = require('@did-plc/lib')
const pg = require('pg')
const { PDS, envToCfg, envToSecrets, readEnv } = require('@atproto/pds')
const bsky = require('@atproto/bsky')
const { Secp256k1Keypair } = require('@atproto/crypto')

const [folder, database, ...options] = process.argv.slice(2)
const secret = () => randomBytes(32).toString('hex')

// Indexes for the search of people's names, which no test uses, need an extension that a small PostgreSQL lacks.
const TRIGRAMS = /create extension|trgm/i
const query = pg.Client.prototype.query
pg.Client.prototype.query = function (statement, ...rest) {
  const text = typeof statement === 'string' ? statement : statement?.text
  return query.call(this, TRIGRAMS.test(text ?? '') ? 'select 1' : statement, ...rest)
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

const [identities, data, view, plane] = [await freePort(), await freePort(), await freePort(), await freePort()]
const addressOf = (port) => `http://127.0.0.1:${port}`
const register = plc.PlcServer.create({ db: new plc.MockDatabase(), port: identities })
await register.start()

const key = await Secp256k1Keypair.create()
const client = new identity.Client(addressOf(identities))
const viewId = await client.createDid({
  signingKey: key.did(), rotationKeys: [key.did()], handle: 'bsky.test', pds: addressOf(view), signer: key,
})
await client.updateData(viewId, key, (document) => {
  document.services['bsky_appview'] = { type: 'BskyAppView', endpoint: addressOf(view) }
  return document
})

const blobs = join(folder, 'blobs')
mkdirSync(blobs, { recursive: true })
const jwtSecret = secret()
Object.assign(process.env, {
  PDS_DEV_MODE: 'true',
  PDS_INVITE_REQUIRED: 'false',
  PDS_HOSTNAME: 'localhost',
  PDS_PORT: String(data),
  PDS_DID_PLC_URL: addressOf(identities),
  PDS_BSKY_APP_VIEW_URL: addressOf(view),
  PDS_BSKY_APP_VIEW_DID: viewId,
  PDS_DATA_DIRECTORY: folder,
  PDS_BLOBSTORE_DISK_LOCATION: blobs,
  PDS_JWT_SECRET: jwtSecret,
  PDS_ADMIN_PASSWORD: secret(),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: secret(),
  PDS_RATE_LIMITS_ENABLED: String(options.includes('limits')),
  LOG_ENABLED: 'false',
})
const env = readEnv()
const server = await PDS.create(envToCfg(env), envToSecrets(env))
await server.start()

const index = new bsky.Database({ url: database, schema: 'bluesky', poolSize: 10 })
await index.migrateToLatestOrThrow()
const reads = await bsky.DataPlaneServer.create(index, plane, addressOf(identities))
const appView = bsky.BskyAppView.create({
  signingKey: key,
  config: new bsky.ServerConfig({
    port: view,
    serverDid: viewId,
    didPlcUrl: addressOf(identities),
    publicUrl: addressOf(view),
    dataplaneUrls: [addressOf(plane)],
    dataplaneHttpVersion: '1.1',
    bsyncUrl: 'http://127.0.0.1:1', // no moderation service
    bsyncHttpVersion: '1.1',
    modServiceDid: viewId,
    disableSsrfProtection: true,
    maxThreadParents: 50,
    draftsLimit: 500,
    alternateAudienceDids: [], etcdHosts: [], labelsFromIssuerDids: [], adminPasswords: [secret()],
    bigThreadUris: new Set(), searchTagsHide: new Set(), searchTagsHideAll: new Set(), threadTagsBumpDown: new Set(),
    threadTagsHide: new Set(), debugFieldAllowedDids: new Set(), visibilityTagHide: '', visibilityTagRankPrefix: '',
  }),
})
await appView.start()
const firehose = new bsky.RepoSubscription({
  service: `ws://127.0.0.1:${data}`, db: index, idResolver: reads.idResolver,
})
void firehose.start()
process.stdout.write(JSON.stringify({ event: 'bluesky.ready', url: addressOf(data), jwtSecret }) + '\n')

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    await firehose.destroy()
    await appView.destroy()
    await reads.destroy()
    await index.close()
    await server.destroy()
    await register.destroy()
    process.exit(0)
  })
}

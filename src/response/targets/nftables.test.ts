import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { becomes } from '../../../tests/loopback.ts'
import { blockOf, noonMs } from '../block.fixture.ts'
import { NftablesTarget } from './nftables.ts'

/** A network of its own, so that the machine's firewall is never touched: needs root, nft and util-linux. */
const canIsolate =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-n', 'sh', '-c', 'ip link set lo up && nft list ruleset'], { stdio: 'ignore' }).status === 0

/** Answers one connection after the other within the network, and says on its output who came. */
const listener = `
// A caller that has what it wanted may cut the connection.
require('node:net').createServer((socket) => socket.on('error', () => socket.destroy()).end('hello')).listen(8099, '0.0.0.0', () => console.log('ready'))
// Ends by itself if the test could not end it.
setTimeout(() => process.exit(), 120_000)
`
const caller = `
const socket = require('node:net').connect({ host: '127.0.0.1', port: 8099, localAddress: process.argv[1], timeout: 1000 })
socket.on('data', () => { console.log('served'); process.exit(0) })
socket.on('timeout', () => { console.log('nobody answers'); process.exit(0) })
socket.on('error', (error) => { console.log(error.code); process.exit(0) })
`

describe.skipIf(!canIsolate)(
  `a real nftables, in a network of its own${canIsolate ? '' : ' (which cannot be made here)'}`,
  () => {
    let network: ReturnType<typeof spawn>
    const inside = (...argv: [string, ...string[]]): [string, ...string[]] => [
      'nsenter',
      `--net=/proc/${network.pid}/ns/net`,
      ...argv,
    ]
    const nft = (): NftablesTarget => new NftablesTarget({ name: 'nft', command: inside('nft') })
    const run = (...argv: [string, ...string[]]): string => {
      const [program, ...args] = inside(...argv)
      return spawnSync(program, args, { encoding: 'utf8' }).stdout
    }
    const call = (from: string): string => run(process.execPath, '-e', caller, from).trim()

    beforeAll(async () => {
      const addresses = ['192.0.2.7/32', '203.0.113.9/32']
        .map((address) => `ip addr add ${address} dev lo`)
        .join(' && ')
      const script = `ip link set lo up && ${addresses} && exec ${process.execPath} -e "$LISTENER"`
      network = spawn('unshare', ['-n', 'sh', '-c', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, LISTENER: listener },
      })
      if (network.stdout !== null) await once(network.stdout, 'data')
    })
    afterAll(async () => {
      if (network.exitCode !== null) return
      network.kill('SIGKILL')
      await once(network, 'exit')
    })

    test('drops what a blocked address sends, serves its neighbour, and lets it in when the block is lifted', async () => {
      const target = nft()
      expect(await target.check()).toMatchObject({ ok: true })
      expect(call('192.0.2.7')).toBe('served')
      const applied = await target.apply([blockOf('192.0.2.0/24'), blockOf('2001:db8::/64')], noonMs)
      expect(applied).toMatchObject({ ok: true, value: { networks: 2, changed: true } })
      expect(call('192.0.2.7')).toBe('nobody answers')
      expect(call('203.0.113.9')).toBe('served')
      await target.apply([blockOf('192.0.2.7', { state: 'lifted' })], noonMs)
      expect(call('192.0.2.7')).toBe('served')
    })

    test('lets an address in by itself when its block ends, though the desk may be stopped', async () => {
      // A busy machine may take a second until it calls.
      await nft().apply([blockOf('192.0.2.7', { expiresAtMs: noonMs + 5_000 })], noonMs)
      expect(call('192.0.2.7')).toBe('nobody answers')
      expect(await becomes(() => call('192.0.2.7') === 'served', 30_000)).toBe(true)
    }, 60_000)

    test('gets the blocks back when another program emptied the firewall', async () => {
      const target = nft()
      const blocks = [blockOf('192.0.2.7')]
      await target.apply(blocks, noonMs)
      expect(await target.apply(blocks, noonMs)).toMatchObject({ ok: true, value: { changed: false } })
      run('nft', 'flush', 'ruleset')
      expect(call('192.0.2.7')).toBe('served')
      expect(await target.apply(blocks, noonMs)).toMatchObject({ ok: true, value: { changed: true } })
      expect(call('192.0.2.7')).toBe('nobody answers')
      await target.apply([], noonMs)
    })

    test('leaves other tables alone', async () => {
      run('nft', 'add', 'table', 'inet', 'office')
      await nft().apply([blockOf('192.0.2.7')], noonMs)
      await nft().apply([], noonMs)
      expect(run('nft', 'list', 'tables')).toContain('table inet office')
    })

    test('takes ten thousand networks', async () => {
      const blocks = Array.from({ length: 10_000 }, (_, i) => blockOf(`198.18.${i >>> 8}.${i & 255}`))
      expect(await nft().apply(blocks, noonMs)).toMatchObject({ ok: true, value: { networks: 10_000 } })
      expect(call('203.0.113.9')).toBe('served')
      await nft().apply([], noonMs)
    })
  },
)

describe('nftables', () => {
  test('that is not installed is told of', async () => {
    const target = new NftablesTarget({ name: 'nft', command: ['/nowhere/nft'] })
    expect(await target.apply([], noonMs)).toMatchObject({ ok: false, error: { code: 'missing-program' } })
  })
})

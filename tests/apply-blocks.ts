/** A program for the test of crashes: applies one list after the other to the nginx that its arguments name (blocks file,
 *  main configuration), as fast as it can, until it is killed. */
import { blockOf, noonMs } from '../src/response/block.fixture.ts'
import { NginxTarget } from '../src/response/targets/nginx.ts'

const [filePath = '', configurationPath = ''] = process.argv.slice(2)
const target = new NginxTarget({ name: 'nginx', filePath, configurationPath })
for (let round = 0; ; round++) {
  const blocks = Array.from({ length: 2_000 }, (_, i) => blockOf(`198.18.${(round + (i >>> 8)) & 255}.${i & 255}`))
  await target.apply(blocks, noonMs)
  process.stdout.write('.')
}

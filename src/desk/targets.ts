/** The targets of blocks that the configuration names, and the files that can be fetched. */

import { ApacheTarget } from '../response/targets/apache.ts'
import { AwsWafExport } from '../response/targets/aws-waf.ts'
import { CloudflareExport } from '../response/targets/cloudflare.ts'
import { FeedExport } from '../response/targets/feed.ts'
import { NftablesTarget } from '../response/targets/nftables.ts'
import { NginxTarget } from '../response/targets/nginx.ts'
import type { BlockExport, BlockTarget } from '../response/targets/target.ts'
import type { BlockConfiguration, WebServerBlock } from './config/config.ts'

const options = (name: string, block: WebServerBlock) => ({
  name,
  filePath: block.include,
  ...(block.configuration === undefined ? {} : { configurationPath: block.configuration }),
  ...(block.pidFile === undefined ? {} : { pidFile: block.pidFile }),
  ...(block.command === undefined ? {} : { command: block.command as readonly [string, ...string[]] }),
})

/** Where blocks are put in force. */
export function targetsOf(configuration: BlockConfiguration): readonly BlockTarget[] {
  const { nginx, apache, nftables } = configuration
  return [
    ...(nginx === undefined ? [] : [new NginxTarget(options('nginx', nginx))]),
    ...(apache === undefined ? [] : [new ApacheTarget(options('apache', apache))]),
    ...(nftables ? [new NftablesTarget({ name: 'nftables' })] : []),
  ]
}

/** Files that a person fetches. */
export const exportsOf = (): readonly BlockExport[] => [new FeedExport(), new AwsWafExport(), new CloudflareExport()]

/** The list as the input of AWS WAF's `UpdateIPSet` (WAFV2 API): an IP set holds one version, each address in CIDR
 *  notation, at most 10,000 (no more are in force: `limits.blocksInForceMax`). The lock token is asked for at the moment of the upload and is not in the file. */
import type { Block } from '../block.ts'
import { networksInForce } from '../block-list.ts'
import type { BlockExport, ExportedFile } from './target.ts'

/** The IP sets at AWS, where the configuration names them; what is missing is given when uploading. */
export interface AwsWafOptions {
  readonly scope?: 'REGIONAL' | 'CLOUDFRONT'
  readonly version4?: { readonly name: string; readonly id: string }
  readonly version6?: { readonly name: string; readonly id: string }
}

/** Two files, one for each version. */
export class AwsWafExport implements BlockExport {
  readonly name = 'aws-waf'
  readonly title = 'AWS WAF, to upload'
  readonly #options: AwsWafOptions

  constructor(options: AwsWafOptions = {}) {
    this.#options = options
  }

  files(blocks: readonly Block[], nowMs: number): readonly ExportedFile[] {
    return ([4, 6] as const).map((version) => this.#file(blocks, nowMs, version))
  }

  #file(blocks: readonly Block[], nowMs: number, version: 4 | 6): ExportedFile {
    const networks = networksInForce(blocks, nowMs).filter(({ range }) => range.version === version)
    const { scope, version4, version6 } = this.#options
    const set = version === 4 ? version4 : version6
    const input = {
      ...(set === undefined ? {} : { Name: set.name, Id: set.id }),
      Scope: scope ?? 'REGIONAL',
      Description: 'Written by Bellwether',
      Addresses: networks.map(({ text, range }) => (text.includes('/') ? text : `${text}/${range.bits}`)),
    }
    return {
      fileName: `aws-waf-ipv${version}.json`,
      mediaType: 'application/json',
      text: `${JSON.stringify(input, null, 2)}\n`,
      notes: [],
    }
  }
}

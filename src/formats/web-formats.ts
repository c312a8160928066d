/** The web formats beside combined, for the registry of formats. */
import { awsAlb } from './aws-alb.ts'
import { awsCloudfront } from './aws-cloudfront.ts'
import type { RequestFormat } from './format.ts'
import { iisW3c } from './iis-w3c.ts'
import { jsonAccess } from './json-access.ts'

export const webFormats: readonly RequestFormat[] = [jsonAccess, iisW3c, awsAlb, awsCloudfront]

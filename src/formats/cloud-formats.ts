/** All formats of clouds' audit logs, for the registry. */
import { cloudtrail } from './cloud/cloudtrail.ts'
import { entra } from './cloud/entra.ts'
import { googleCloud, googleWorkspace } from './cloud/google.ts'
import { m365Csv } from './cloud/m365-csv.ts'
import { m365Json } from './cloud/m365-json.ts'
import type { EventFormat } from './format.ts'

export const cloudFormats: readonly EventFormat[] = [m365Json, m365Csv, entra, cloudtrail, googleWorkspace, googleCloud]

/** What tests ask of an examination. */
import type { Examination, PayloadFeature } from './examination.ts'
import { examine } from './examine.ts'
import { bytesOf } from './office.fixture.ts'

/** Examines a file by its name and content. */
export const look = (name: string, content: Uint8Array | string, contentType = ''): Examination =>
  examine({ name, contentType, bytes: typeof content === 'string' ? bytesOf(content) : content })

/** Its features, each once. */
export const featuresOf = ({ features }: Examination): PayloadFeature[] => [
  ...new Set(features.map(({ feature }) => feature)),
]

/** The proof of the first of a feature. */
export const proofOf = (examination: Examination, feature: PayloadFeature): string | undefined =>
  examination.features.find((found) => found.feature === feature)?.proof

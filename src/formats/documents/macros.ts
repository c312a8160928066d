/** Tells what the VBA projects and forms of a compound file carry, wherever the file lies: a document itself, or the
 *  `vbaProject.bin` inside one. */
import type { CompoundFile } from './compound-file.ts'
import type { Inspection } from './inspection.ts'
import { judgeCode } from './vba-code.ts'
import { readVbaModules, type VbaModule } from './vba-project.ts'

/** Compiled code of a module without statements is under 2 KiB; more of it without source, where its lines can't be
 *  counted, is code whose source was taken away, so that readers of source see nothing. */
const compiledAloneBytes = 4_096
/** A module of comments has as many lines compiled as written; this many more are code. */
const linesMore = 2

/** Compiled lines that the source does not have. */
function isCompiledAlone({ source, compiledLines, compiledBytes }: VbaModule): boolean {
  if (compiledLines === undefined) return compiledBytes > compiledAloneBytes
  const written = source.split(/\r\n|\r|\n/).filter((line) => !/^(?:attribute\s|\s*$)/i.test(line)).length
  return compiledLines > written + linesMore
}

/** Notes macros. True where there is a project with code. */
export function reportMacros(file: CompoundFile, path: readonly string[], inspection: Inspection): boolean {
  let hasCode = false
  for (const module of readVbaModules(file, inspection)) hasCode = reportModule(module, path, inspection) || hasCode
  return hasCode
}

function reportModule(module: VbaModule, path: readonly string[], inspection: Inspection): boolean {
  const signs = judgeCode(module.name, module.source)
  const place = [...path, module.path]
  const isStripped = !signs.hasCode && (isCompiledAlone(module) || !module.isWhole)
  if (isStripped) {
    const proof = `module ${module.name}: compiled code whose source is missing`
    inspection.add('macro', place, proof)
    inspection.add('macro-suspicious', place, proof)
    return true
  }
  if (!signs.hasCode) return false
  inspection.add('macro', place, `module ${module.name}`)
  if (module.compiledLines !== undefined && isCompiledAlone(module))
    inspection.add('macro-suspicious', place, `module ${module.name}: compiled code has lines that its source hides`)
  if (signs.autoRun.length > 0) {
    inspection.add('macro-autorun', place, `module ${module.name}, ${signs.autoRun.join(', ')}`)
  }
  if (signs.suspicious.length > 0) {
    inspection.add('macro-suspicious', place, `module ${module.name}: ${signs.suspicious.join(', ')}`)
  }
  return true
}

/** A thread that carries out one task on a store's file and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { backUp, checkBackup, finishBackup } from './backup.ts'
import { placeOf } from './database.ts'
import { checkIntegrity } from './integrity.ts'
import { keptFromStarting } from './lock.ts'
import { restore } from './restore.ts'
import type { Task } from './task.ts'

const reading = <T>(path: string, read: (path: string) => T | Promise<T>): Promise<T> => {
  const place = placeOf(path)
  return keptFromStarting(place, () => read(place))
}

async function carryOut(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'backup':
      return await reading(task.path, (path) => backUp(path, task.target))
    case 'finish':
      return finishBackup(task.part, task.target)
    case 'integrity':
      return await reading(task.path, checkIntegrity)
    case 'verify':
      return await reading(task.path, checkBackup)
    case 'restore':
      return restore(placeOf(task.backup), placeOf(task.path), task.nowMs)
  }
}

parentPort?.postMessage(await carryOut(workerData as Task))

/** A thread that carries out one task on a store's file and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { backUp, checkBackup, finishBackup } from './backup.ts'
import { placeOf } from './database.ts'
import { checkIntegrity } from './integrity.ts'
import { restore } from './restore.ts'
import type { Task } from './task.ts'

async function carryOut(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'backup':
      return await backUp(placeOf(task.path), task.target)
    case 'finish':
      return finishBackup(task.part, task.target)
    case 'integrity':
      return checkIntegrity(placeOf(task.path))
    case 'verify':
      return checkBackup(placeOf(task.path))
    case 'restore':
      return restore(placeOf(task.backup), placeOf(task.path), task.nowMs)
  }
}

parentPort?.postMessage(await carryOut(workerData as Task))

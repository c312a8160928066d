/** placeholder */
export function mayCarrySql(_bytes: Uint8Array, _start: number, _end: number): boolean {
  return true
}
export function mayCarrySqlAgent(_bytes: Uint8Array, _start: number, _end: number): boolean {
  return true
}

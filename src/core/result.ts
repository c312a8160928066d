/** Expected failure as a value. A bug throws; a thing that can go wrong in the world comes back as `Err`. */

export type Ok<T> = { readonly ok: true; readonly value: T }
export type Err<E> = { readonly ok: false; readonly error: E }
export type Result<T, E> = Ok<T> | Err<E>

/** A value that was had. */
export const ok = <T>(value: T): Ok<T> => ({ ok: true, value })
/** A failure that was expected. */
export const err = <E>(error: E): Err<E> => ({ ok: false, error })

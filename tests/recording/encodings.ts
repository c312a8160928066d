/** How clients write a value into a query string: browsers, form posts, tools and people each in their own way. */

const hex = (code: number): string => `%${code.toString(16).toUpperCase().padStart(2, '0')}`

/** As tools do: everything but letters, digits and `-._~` as `%HH` of its UTF-8 bytes. */
export const percentAll = (value: string): string =>
  encodeURIComponent(value).replaceAll(/[!'()*]/g, (character) => hex(character.charCodeAt(0)))

/** As HTML forms do (WHATWG URL, application/x-www-form-urlencoded): a space becomes `+`. */
export const formEncode = (value: string): string =>
  percentAll(value).replaceAll('%20', '+').replaceAll('%2A', '*').replaceAll('~', '%7E')

/** As a person types into the address bar: the browser encodes only what a URL cannot hold. */
export const typed = (value: string): string =>
  [...value]
    .map((character) =>
      /[ "<>`{}|\\^#%&+]/.test(character) || character > '~' ? encodeURIComponent(character) : character,
    )
    .join('')

/** As a person writes it for a command-line client: `+` for a space, hardly anything else encoded. */
export const typedWithPlus = (value: string): string => typed(value).replaceAll('%20', '+').replaceAll('%7C', '|')

/** Every byte as `%HH`, letters too. */
export const percentEverything = (value: string): string => [...new TextEncoder().encode(value)].map(hex).join('')

/** `%HH` of `%HH`: for a gateway that decodes once more. */
export const percentTwice = (value: string): string => percentAll(percentAll(value))

export type Encode = (value: string) => string

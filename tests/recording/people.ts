/** Invented voters: each is a pure function of the site's seed and the voter's number, so that a recording of any size
 *  needs no table. Names include those that simple filters stumble over. */
import { Random } from './random.ts'

const firstNames = [
  'Ada',
  'Amos',
  'Beatriz',
  'Calvin',
  'Carmen',
  'Chidi',
  'Clara',
  'Dana',
  'Delia',
  'Edgar',
  'Elena',
  'Emeka',
  'Esther',
  'Felix',
  'Grace',
  'Hanh',
  'Harold',
  'Ines',
  'Irene',
  'Jamal',
  'Joan',
  'Jorge',
  'Keiko',
  'Lars',
  'Leona',
  'Linh',
  'Lucia',
  'Mabel',
  'Malik',
  'Marta',
  'Milan',
  'Nadia',
  'Nils',
  'Noor',
  'Olga',
  'Otto',
  'Pearl',
  'Quinn',
  'Rafael',
  'Rosa',
  'Ruth',
  'Samuel',
  'Sione',
  'Stella',
  'Tariq',
  'Thea',
  'Ursula',
  'Victor',
  'Wanda',
  'Yusuf',
  'Zora',
  "D'Andre",
  "Ma'at",
] as const

export const lastNames = [
  'Abernathy',
  'Alvarez',
  'Andrade',
  'Baptiste',
  'Becker',
  'Bell',
  'Castellanos',
  'Chen',
  'Cooper',
  'Cruz',
  "D'Amico",
  "D'Angelo",
  'Dang',
  "De'Ath",
  'Delgado',
  'Drop',
  'Eze',
  'Fields',
  'Fischer',
  'Garza',
  'Grant',
  'Gunn',
  'Haddad',
  'Hansen',
  'Ibarra',
  'Ivers',
  'Jackson',
  'Kowalski',
  'Larsen',
  'Like',
  'Lindqvist',
  'Love',
  'Mbeki',
  'Merrill',
  'Moreno',
  'Nguyen',
  'Null',
  "O'Brien",
  "O'Connor",
  "O'Neal",
  "O'Shaughnessy",
  'Okafor',
  'Ortega',
  'Page',
  'Park',
  'Pruitt',
  'Quist',
  'Ramos',
  'Rowe',
  'Salazar',
  'Sandoval',
  'Select',
  'Singh',
  'Sorensen',
  'St. John',
  'Tables',
  'Tran',
  'Union',
  'Vance',
  'Vargas',
  'Where',
  'Whitfield',
  'Yazzie',
  'Zielinski',
] as const

export const towns = [
  'Wren',
  'Alder Falls',
  'Port Lowell',
  "O'Fallon Mills",
  'Union Center',
  'St. Clare',
  'Two Bridges',
  'Harrow',
] as const

export const streets = [
  'Union Street',
  'Select Board Way',
  'Orchard Lane',
  'Court Street',
  "D'Youville Road",
  'Mill Road',
  '3rd & Main Street',
  'Table Rock Drive',
  'Liberty Avenue',
  'Grant Avenue',
  'Old Post Road',
  "King's Highway",
  'Where Away Lane',
  'Ash Court',
] as const

export interface Voter {
  /** From 0; the site's own id is derived from it. */
  readonly index: number
  readonly id: number
  readonly licence: string
  readonly first: string
  readonly last: string
  readonly birth: string
  readonly street: string
  readonly town: string
  readonly email: string
  readonly active: boolean
}

export interface Roll {
  readonly seed: string
  readonly count: number
  readonly firstId: number
  /** Distance of neighbouring ids: some systems hand out every number, some every tenth. */
  readonly idStep: number
  /** `#` stands for a digit, everything else for itself, for example `W##-####-###`. */
  readonly licencePattern: string
}

/** Spreads the index over all numbers of `digits` digits, each number once: the factor ends in 3 and so
 *  shares no divisor with a power of ten. */
function scatter(index: number, digits: number): string {
  const size = 10 ** digits
  return String((index * (Math.floor(size * 0.061_803_398_87) * 10 + 3) + 7_919) % size).padStart(digits, '0')
}

export function licenceOf(roll: Roll, index: number): string {
  const digitCount = roll.licencePattern.split('#').length - 1
  const digits = scatter(index, digitCount)
  let used = 0
  return roll.licencePattern.replaceAll('#', () => digits[used++] as string)
}

export const idOf = (roll: Roll, index: number): number => roll.firstId + index * roll.idStep

export function voterAt(roll: Roll, index: number): Voter {
  const random = new Random(`${roll.seed}/voter/${index}`)
  const first = random.pick(firstNames)
  const last = random.pick(lastNames)
  const born = `${random.integer(1936, 2007)}-${String(random.integer(1, 12)).padStart(2, '0')}-${String(random.integer(1, 28)).padStart(2, '0')}`
  const plain = `${first}.${last}`.toLowerCase().replaceAll(/[^a-z.]/g, '')
  return {
    index,
    id: idOf(roll, index),
    licence: licenceOf(roll, index),
    first,
    last,
    birth: born,
    street: `${random.integer(1, 980)} ${random.pick(streets)}`,
    town: random.pick(towns),
    email: `${plain}${random.integer(1, 99)}@mail.example`,
    active: random.chance(0.93),
  }
}

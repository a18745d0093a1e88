import type * as z from 'zod'

/** What is wrong with a field, as a sentence about it: `must be a string, not a number`. */
export function issueText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeText(issue.expected, issue.message)
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return boundText('at least', issue.minimum, issue.origin)
    case 'too_big':
      return boundText('at most', issue.maximum, issue.origin)
    default:
      return issue.message
  }
}

/** The type that was received is in the message alone. */
function typeText(expected: string, message: string): string {
  const received = /received (\w+)$/.exec(message)?.[1] ?? ''
  if (received === 'undefined') return 'must be there'
  if (expected === 'int' && received === 'number') return `must be ${typeWord(expected)}`
  return `must be ${typeWord(expected)}, not ${typeWord(received)}`
}

const typeWords = new Map([
  ['array', 'a list'],
  ['boolean', 'true or false'],
  ['int', 'an integer'],
  ['null', 'null'],
  ['object', 'an object'],
  ['record', 'an object'],
])

const typeWord = (type: string): string => typeWords.get(type) ?? `a ${type}`

const countWords = new Map([
  ['array', ['entry', 'entries']],
  ['string', ['character', 'characters']],
])

function boundText(which: string, bound: number | bigint, origin: string): string {
  const words = countWords.get(origin)
  return words
    ? `must have ${which} ${bound} ${words[Number(bound) === 1 ? 0 : 1]}`
    : `must be ${which} ${bound}`
}

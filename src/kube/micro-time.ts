/** A time as the API's `MicroTime` wants it: six digits after the second. */
export const microTime = (time: Date): string => time.toISOString().replace('Z', '000Z')

/** A time as the API's `MicroTime` wants it: six digits (`findings/lease-times-need-six-digits.sh`). */
export const microTime = (time: Date): string => time.toISOString().replace('Z', '000Z')

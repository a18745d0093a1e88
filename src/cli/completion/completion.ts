import type { Command } from 'commander'
import { ok } from '../../base/result.ts'
import type { Ending } from '../command.ts'
import { exitCodes } from '../failure.ts'
import type { Io } from '../io.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { wordsOf } from './words.ts'
import { zshScript } from './zsh.ts'

const scripts: Readonly<Record<string, typeof bashScript>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Prints the completion script of a shell; commander has checked that it is one of the three. */
export async function printCompletion({ stdout }: Io, program: Command, shell: string): Promise<Ending> {
  const script = scripts[shell] ?? bashScript
  stdout.write(script(program.name(), wordsOf(program)))
  return ok(exitCodes.ok)
}

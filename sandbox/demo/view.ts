/** What the terminal shows, as a function of the state: one string per line, at most 80 columns wide. */
import { type Rates, successPercent } from './client.ts'

export interface BackendView {
  readonly name: string
  readonly ready: number
  readonly total: number
  readonly weight: number
}

export interface StepView {
  readonly title: string
  readonly outcome: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  /** From readiness written to weights seen. */
  readonly reactionMs?: number
}

export interface View {
  /** `KIND NAMESPACE/NAME` */
  readonly route: string
  /** Where the dashboard is; absent where nobody would look at it. */
  readonly page: string | undefined
  readonly isPaused: boolean
  readonly backends: readonly BackendView[]
  readonly rates: Rates
  readonly totals: { readonly ok: number; readonly failed: number }
  readonly steps: readonly StepView[]
}

/** How a word is emphasised: escape codes on a terminal, nothing in a pipe. */
export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>

const code = (number: number) => (text: string) => `\x1b[${number}m${text}\x1b[0m`
const same = (text: string) => text

export const colours: Paint = {
  bold: code(1),
  dim: code(2),
  red: code(31),
  green: code(32),
  yellow: code(33),
  cyan: code(36),
}
export const noColours: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

const barWidth = 20

/** The whole picture. */
export function render(view: View, paint: Paint): string[] {
  return [
    '',
    `  ${paint.bold('linkerd-failover demo')}   ${paint.dim(view.route)}${view.isPaused ? `   ${paint.yellow('paused')}` : ''}`,
    ...(view.page ? [`  ${paint.dim('dashboard:')} ${paint.cyan(view.page)}`] : []),
    '',
    ...view.backends.map((backend) => backendLine(backend, view, paint)),
    '',
    clientLine(view, paint),
    '',
    ...view.steps.map((step) => stepLine(step, paint)),
  ]
}

function backendLine(backend: BackendView, view: View, paint: Paint): string {
  const sum = view.backends.reduce((total, one) => total + one.weight, 0)
  const filled = sum > 0 ? Math.round((barWidth * backend.weight) / sum) : 0
  const bar = paint.cyan('█'.repeat(filled)) + paint.dim('·'.repeat(barWidth - filled))
  const up = backend.ready > 0
  const dot = up ? paint.green('●') : paint.red('○')
  const readiness = up ? `${backend.ready}/${backend.total} ready` : 'down'
  const requests = view.rates.byBackend.get(backend.name) ?? 0
  const rate = requests > 0 ? `${requests} req/s` : ''
  return `  ${dot} ${backend.name.padEnd(20)} ${readiness.padEnd(10)} weight ${String(backend.weight).padEnd(3)} ${bar} ${rate}`.trimEnd()
}

function clientLine(view: View, paint: Paint): string {
  const percent = successPercent(view.rates)
  const text = `${percent.toFixed(1)} % ok`
  const now = percent === 100 ? paint.green(text) : paint.red(text)
  const sent = view.totals.ok + view.totals.failed
  return `  client: ${view.rates.ok + view.rates.failed} req/s, ${now} in the last second; ${view.totals.failed} of ${sent} failed`
}

const marks = { waiting: ' ', running: '▸', done: '✓', failed: '✗' }

function stepLine(step: StepView, paint: Paint): string {
  const style = { waiting: paint.dim, running: paint.yellow, done: paint.green, failed: paint.red }[
    step.state
  ]
  const time = step.reactionMs === undefined ? '' : milliseconds(step.reactionMs)
  const outcome = step.state === 'waiting' ? '' : ` ${step.outcome}`
  return `  ${style(`${marks[step.state]} ${step.title.padEnd(27)}`)} ${time.padStart(8)} ${outcome}`.trimEnd()
}

/** `4.1 ms`, `1,234 ms`: one digit after the point while that says something. */
export function milliseconds(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-US')} ms`
}

/** One step as one line, for a pipe or a log. */
export function plainStep(step: StepView, weights: string, successInPercent: number): string {
  const verdict = step.state === 'done' ? 'ok  ' : 'FAIL'
  const reaction = step.reactionMs === undefined ? '' : ` after ${milliseconds(step.reactionMs)}`
  return `${verdict} ${step.title}: ${step.outcome}${reaction} (${weights}; client ${successInPercent.toFixed(2)} % ok)`
}

/** What is up once the story has been told. */
export interface Places {
  /** What `kubectl get -w` is given to show the route's weights. */
  readonly watch: string
  /** The route as the command line takes it: `trafficsplit/sample-svc`. */
  readonly reference: string
  readonly page: string
  readonly kubeconfigFile: string
  /** The operator's own address. */
  readonly admin: string
}

/** What a user can do once the story has been told. */
export function invitation(places: Places, paint: Paint): string[] {
  const { watch, reference, page, kubeconfigFile, admin } = places
  const command = (text: string, note: string) =>
    `    ${paint.cyan(text.padEnd(48))} ${paint.dim(`# ${note}`)}`
  const ours = (text: string, note: string) => command(`npm run -s cli -- ${text}`, note)
  return [
    '',
    '  The cluster keeps running. Break and heal services on the dashboard:',
    paint.cyan(`    ${page}`),
    '  or from another terminal:',
    paint.cyan(`    export KUBECONFIG=${kubeconfigFile}`),
    ours('status --watch', 'watch all routes'),
    ours(`explain ${reference}`, 'see why'),
    ours('what-if --down sample-svc', 'see what would happen'),
    ours(`pause ${reference}`, 'stop the operator'),
    ours(`resume ${reference}`, 'let it go on'),
    paint.cyan(`    kubectl get ${watch} -w`),
    command('kubectl scale deploy sample-svc --replicas=0', 'take the primary down'),
    command('kubectl scale deploy sample-svc --replicas=2', 'bring it back'),
    command('kubectl get events', 'see the Events'),
    command(`curl ${admin}/metrics`, 'see the metrics'),
    `  ${paint.dim('Press Ctrl-C to stop everything. Nothing is left behind.')}`,
  ]
}

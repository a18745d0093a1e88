/** A real Chromium, and pages in it that must not complain. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { expect } from 'vitest'

/** Debian's; another one can be named. Where there is none the tests fail, they are not skipped. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Look {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  readonly reducedMotion?: boolean
}

/** Builds the dashboard into the folder from which the operator serves it. */
export async function buildDashboard(): Promise<void> {
  const configFile = resolve(import.meta.dirname, '../../dashboard/vite.config.ts')
  await build({ configFile, logLevel: 'error' })
}

/** A browser with a profile of its own, and what its pages complained about. */
export class TestBrowser {
  readonly complaints: string[] = []
  readonly #context: BrowserContext
  readonly #profile: string

  private constructor(context: BrowserContext, profile: string) {
    this.#context = context
    this.#profile = profile
  }

  static async start({ width = 1280, height = 800, scheme = 'light', reducedMotion = false }: Look = {}) {
    const profile = await mkdtemp(join(tmpdir(), 'dashboard-browser-'))
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: flags,
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    })
    return new TestBrowser(context, profile)
  }

  /** Opens an address. Errors, warnings and broken policies of the page are kept as complaints. */
  async open(url: string): Promise<Page> {
    const page = await this.#context.newPage()
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() !== 'log') this.complaints.push(`${message.type()}: ${message.text()}`)
    })
    await page.goto(url)
    return page
  }

  /** What the pages complained about, but for a server that is not there and a test that reads a chart's pixels. */
  expectNoComplaints(): void {
    const own = this.complaints.filter((text) => !/net::ERR_|status of 502|getImageData/.test(text))
    expect(own).toEqual([])
  }

  /** Closes all pages: each holds one of the six connections that a browser opens to a server. */
  async closePages(): Promise<void> {
    // The last page of a browser takes it along, so an empty one stays.
    const pages = this.#context.pages()
    await this.#context.newPage()
    for (const page of pages) await page.close()
  }

  async stop(): Promise<void> {
    await this.#context.close()
    await rm(this.#profile, { recursive: true, force: true })
  }
}

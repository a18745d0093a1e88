import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './style/main.css'
import { Feed } from './live/feed.ts'
import { Store } from './live/store.ts'
import { after } from './live/timer.ts'
import { App } from './view/app.tsx'

// The page is served beside the API, under whatever path a proxy puts both.
const http = { api: new URL('.', location.href).href.replace(/\/$/, ''), fetch: fetch.bind(globalThis) }
const store = new Store()
const feed = new Feed({ ...http, store, now: Date.now, random: Math.random, after })

addEventListener('online', () => feed.hurry())
const look = () => (document.hidden ? feed.hide() : feed.show())
document.addEventListener('visibilitychange', look)

const page = document.getElementById('page')
const isDemo = document.querySelector('meta[name=linkerd-failover-demo]') !== null
if (page) render(<App store={store} http={http} isDemo={isDemo} />, page)
feed.run()
look()

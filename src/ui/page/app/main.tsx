import { render } from 'preact'
import { Page } from './page.tsx'
import { startUpdates } from './state.ts'

// The token has been used: the address must not be shared with it, and a reload needs the cookie alone.
history.replaceState(undefined, '', `${location.pathname}${location.hash}`)

const place = document.getElementById('page')
if (place !== null) {
  startUpdates()
  render(<Page />, place)
}

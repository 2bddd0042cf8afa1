import type { FastifyInstance } from 'fastify'

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to Omni2</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/sign-in.css">
<main>
  <h1>Omni2</h1>
  <form>
    <input name="username" autocomplete="username" value="token" hidden>
    <label for="token">Token</label>
    <input id="token" type="password" autocomplete="current-password" required autofocus>
    <button>Sign in</button>
    <p role="alert"></p>
  </form>
  <p>The first start printed a token and a link that signs in once. Lost both? On the machine of Omni2:
  <code>omni2 token create</code></p>
</main>
<script src="/sign-in.js"></script>
`

/** A code in the fragment never reaches a log: browsers do not send it. */
const SCRIPT = `const form = document.querySelector('form')
const alert = document.querySelector('[role=alert]')
async function signIn(body) {
  const response = await fetch('/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (response.ok) location.replace('/api/docs')
  else alert.textContent = (await response.json()).detail
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  signIn({ token: form.token.value })
})
const code = /[#&]code=([^&]+)/.exec(location.hash)?.[1]
if (code) {
  history.replaceState(null, '', '/')
  signIn({ code })
}
`

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 24rem; margin: 15vh auto 0; padding: 0 1rem; }
input, button { display: block; width: 100%; box-sizing: border-box; margin: .25rem 0 1rem; padding: .5rem; font: inherit; }
[role=alert] { color: light-dark(#b00020, #ff8a80); min-height: 1.5em; }
`

/** How a browser gets in until it has a session: by the token, or by the link of the first start. */
export function registerSignInPage(app: FastifyInstance): void {
  const files = {
    '/': ['text/html', PAGE],
    '/sign-in.js': ['text/javascript', SCRIPT],
    '/sign-in.css': ['text/css', STYLE],
  }
  for (const [url, [type, text]] of Object.entries(files)) {
    app.get(url, { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) =>
      reply.type(`${type}; charset=utf-8`).header('cache-control', 'no-cache').send(text),
    )
  }
}

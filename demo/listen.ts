import { WebSocket } from 'ws'

/** Prints every event of the Omni2 at OMNI2_URL, the way any program would hear of them. */
const { OMNI2_URL = 'http://127.0.0.1:8000', OMNI2_TOKEN = '' } = process.env
const socket = new WebSocket(new URL('/ws', OMNI2_URL.replace(/^http/, 'ws')), {
  headers: { authorization: `Bearer ${OMNI2_TOKEN}` },
})
socket.on('message', (frame) => process.stdout.write(`${frame}\n`))
socket.on('error', ({ message }) => process.stderr.write(`${message}\n`))

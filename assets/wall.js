// Keeps the wallboard as it is now. Each heartbeat and each change has the board read again; only a board that was read
// starts the wait anew after which the style greys it out. So it goes stale when the server stops, when the stream
// hangs, when reading fails and when this script dies: there is nothing here that makes it stale.

const QUIET = 35_000;      // the stream's heart beats every ten seconds: one that is silent for longer hangs
const LEAST = 3_000;       // never read more often than this
const ANSWER = 15_000;     // how long a reading may take
let stream = null;
let heard = Date.now();
let read = 0;
let timer = 0;
let tries = 0;

async function refresh() {
  timer = 0;
  read = Date.now();
  try {
    const answer = await fetch('/wall', { cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(ANSWER) });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch { /* nothing was read: the wait goes on */ }
}

function show(next) {
  const parts = ['w-top', 'w-main', 'w-foot'].map((id) => [document.getElementById(id), next.getElementById(id)]);
  if (parts.some(([here, there]) => !here || !there)) return;
  // Another version may draw otherwise. The server has just answered, so the page can be read whole.
  if (next.body.dataset.version !== document.body.dataset.version) return location.reload();
  for (const [here, there] of parts) here.replaceWith(document.adoptNode(there));
  document.title = next.title;
  document.body.dataset.beat = document.body.dataset.beat === 'a' ? 'b' : 'a';
}

function soon(wait) {
  if (!timer) timer = setTimeout(refresh, Math.max(wait, LEAST - (Date.now() - read)));
}

function alive() {
  heard = Date.now();
  tries = 0;
}

function again() {
  stream.close();
  tries += 1;
  heard = Date.now();
  // All boards of a house must not come back in the same second.
  setTimeout(listen, Math.min(30_000, 1_000 * 2 ** Math.min(tries, 5)) * (0.5 + Math.random()));
}

function listen() {
  stream = new EventSource('/wall/events');
  stream.addEventListener('hello', () => { alive(); soon(Math.random() * 500); });
  stream.addEventListener('heartbeat', () => { alive(); soon(0); });
  stream.addEventListener('beat', (event) => { alive(); if (!event.data.includes('"look"')) soon(200 + Math.random() * 800); });
  stream.onerror = again;
}

setInterval(() => { if (Date.now() - heard > QUIET && stream.readyState !== EventSource.CLOSED) again(); }, 5_000);
listen();

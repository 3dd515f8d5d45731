// Keeps the page that is open as it is now. Each beat of the stream has the same address read again and the part that
// holds the words put in its place. Without this script the page reads the same; it only does not move.

const QUIET = 30_000;      // a stream that is silent for longer has stopped: its heart beats every ten seconds
const LEAST = 2_000;       // never more often than this
const AGEING = 30_000;     // and at least this often, since ages grow
const bar = document.getElementById('stale');
let heard = Date.now();
let read = Date.now();
let timer = 0;
let tries = 0;
let stream = null;

function show(words) {
  if (bar.textContent !== words) bar.textContent = words;
  bar.hidden = words === '';
  document.documentElement.classList.toggle('is-stale', words !== '');
}

function judge() {
  const silent = Date.now() - heard;
  if (silent <= QUIET) return show('');
  const minutes = Math.floor(silent / 60_000);
  const long = minutes > 0 ? `${minutes} min` : `${Math.floor(silent / 10_000) * 10} s`;
  show(`This page is stale: nothing has come from Bellwether for ${long}. It may be down. What is shown may be over.`);
}

function later(wait) {
  if (timer) return;
  timer = setTimeout(() => { timer = 0; refresh(); }, Math.max(wait, LEAST - (Date.now() - read)));
}

// The same thing on the new page: by its id, or by the place that it leads to.
function again(main, element) {
  if (!element || !document.getElementById('main').contains(element)) return null;
  if (element.id) return () => main.ownerDocument.getElementById(element.id);
  const all = (root) => [...root.querySelectorAll('a[href], summary, button, [tabindex]')];
  const key = (one) => `${one.tagName} ${one.getAttribute('href') ?? ''} ${one.closest('[id]')?.id ?? ''}`;
  const wanted = key(element);
  const nth = all(document.getElementById('main')).filter((one) => key(one) === wanted).indexOf(element);
  return () => all(document.getElementById('main')).filter((one) => key(one) === wanted)[nth];
}

function swap(next) {
  const main = document.getElementById('main');
  const wanted = next.getElementById('main');
  if (!main || !wanted || main.innerHTML === wanted.innerHTML) return;
  for (const details of wanted.querySelectorAll('details[id]')) {
    const before = document.getElementById(details.id);
    if (before) details.open = before.open;
  }
  const focus = again(main, document.activeElement);
  const [x, y] = [window.scrollX, window.scrollY];
  main.replaceChildren(...document.adoptNode(wanted).childNodes);
  window.scrollTo(x, y);
  focus?.()?.focus({ preventScroll: true });
  document.title = next.title;
}

async function refresh() {
  // Nothing is taken away from under somebody who marks words, or types.
  const marks = window.getSelection();
  if (document.hidden || (marks && !marks.isCollapsed) || document.activeElement?.matches('input, textarea, select')) {
    return later(LEAST * 5);
  }
  read = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    if (answer.status === 401) return location.reload();
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch { /* the stream says whether Bellwether is there */ }
}

function alive() {
  heard = Date.now();
  tries = 0;
  judge();
  if (Date.now() - read > AGEING) later(0);
}

function listen() {
  stream = new EventSource('/events');
  stream.addEventListener('hello', () => { alive(); later(0); });
  stream.addEventListener('heartbeat', alive);
  stream.addEventListener('change', () => { alive(); later(200 + Math.random() * 800); });
  stream.addEventListener('beat', (event) => {
    alive();
    const isNews = !event.data.includes('"look"');
    if (isNews || Date.now() - read > AGEING / 2) later(200 + Math.random() * 800);
  });
  stream.onerror = () => {
    // All pages must not come back in the same second.
    stream.close();
    tries += 1;
    setTimeout(listen, Math.min(60_000, 1_000 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random()));
  };
}

setInterval(judge, 5_000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) later(0); });
listen();

// What is to be copied can be marked and copied by hand; with a script there is a button for it.
if (navigator.clipboard) {
  document.documentElement.classList.add('can-copy');
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    await navigator.clipboard.writeText(button.parentElement.querySelector('textarea').value);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2_000);
  });
}

// Keeps the page that is open as it is now. Each beat of the stream has the same address read again and the part that
// holds the words put in its place. Without this script the page reads the same; it only does not move.

const QUIET = 30_000;      // a stream that is silent for longer has stopped: its heart beats every ten seconds
const LEAST = 2_000;       // never more often than this
const AGEING = 30_000;     // and at least this often, since ages grow
const STILL = 60_000;      // a page that was not read for longer says so
const bar = document.getElementById('stale');
const opened = new Date();
let heard = Date.now();    // when the stream last said anything
let read = Date.now();     // when the page was last asked for
let shown = opened;        // when what is shown was read
let timer = 0;
let tries = 0;
let failed = 0;
let stream = null;

function show(words) {
  if (bar.textContent !== words) bar.textContent = words;
  bar.hidden = words === '';
  document.documentElement.classList.toggle('is-stale', words !== '');
}

function age(since) {
  const silent = Date.now() - since;
  const minutes = Math.floor(silent / 60_000);
  return minutes > 0 ? `${minutes} min` : `${Math.floor(silent / 10_000) * 10} s`;
}

function judge() {
  const silent = Date.now() - heard;
  if (silent > QUIET) {
    // A connection that hangs never ends by itself.
    if (stream?.readyState === EventSource.OPEN) again();
    return show(`This page is stale: nothing has come from Bellwether for ${age(heard)}. It may be down. What is shown may be over.`);
  }
  if (tries > 1) return show('The stream from Bellwether is lost, and is being sought again. What is shown may be over.');
  if (failed > 2) return show(`This page is stale: it could not be read again for ${age(shown)}. What is shown may be over.`);
  if (!document.hidden && isHeld() && Date.now() - shown > STILL) {
    return show(`This page stands still for ${age(shown)}, so that what you write or mark is not lost.`);
  }
  show('');
}

// Nothing is taken away from under somebody who marks words, or types.
function isHeld() {
  const main = document.getElementById('main');
  const marks = window.getSelection();
  if (marks && !marks.isCollapsed && main.contains(marks.anchorNode)) return true;
  if (document.activeElement?.matches('#main :is(input, textarea, select)')) return true;
  const isChanged = (field) => field.type === 'checkbox' || field.type === 'radio'
    ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  return [...main.querySelectorAll('input:not([type="hidden"]), textarea')].some(isChanged);
}

function later(wait) {
  if (timer) return;
  timer = setTimeout(() => { timer = 0; refresh(); }, Math.max(wait, LEAST - (Date.now() - read)));
}

// The same thing on the new page: by its id, or by the place that it leads to.
function same(main, element) {
  const here = document.getElementById('main');
  if (!element || element === here || !here.contains(element)) return null;
  if (element.id) return () => document.getElementById(element.id);
  const all = (root) => [...root.querySelectorAll('a[href], summary, button, [tabindex]')];
  const key = (one) => `${one.tagName} ${one.getAttribute('href') ?? ''} ${one.closest('[id]')?.id ?? ''}`;
  const wanted = key(element);
  const nth = all(here).filter((one) => key(one) === wanted).indexOf(element);
  return () => all(main).filter((one) => key(one) === wanted)[nth];
}

// A fold by its id, or by its heading and what it stands in.
function fold(details) {
  const summary = details.querySelector('summary');
  return details.id || `${details.parentElement?.closest('[id]')?.id ?? ''} ${summary?.textContent.replace(/\d+/g, '#')}`;
}

function swap(next) {
  const main = document.getElementById('main');
  const wanted = next.getElementById('main');
  if (!main || !wanted) return;
  document.title = next.title;
  if (main.innerHTML === wanted.innerHTML) return;
  const folds = new Map([...main.querySelectorAll('details')].map((details) => [fold(details), details.open]));
  for (const details of wanted.querySelectorAll('details')) details.open = folds.get(fold(details)) ?? details.open;
  const aside = [...main.querySelectorAll('.scroll')].map((region) => region.scrollLeft);
  const focus = same(main, document.activeElement);
  const [x, y] = [window.scrollX, window.scrollY];
  main.replaceChildren(...document.adoptNode(wanted).childNodes);
  main.querySelectorAll('.scroll').forEach((region, nth) => { region.scrollLeft = aside[nth] ?? 0; });
  window.scrollTo(x, y);
  const found = focus?.();
  if (found && !found.matches('a, button, summary, input, select, textarea')) found.tabIndex = -1;
  found?.focus({ preventScroll: true });
}

async function refresh() {
  if (document.hidden || isHeld()) return later(LEAST * 5);
  read = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store', signal: AbortSignal.timeout(QUIET) });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    // Whoever has begun to type meanwhile keeps what was typed.
    if (isHeld()) return later(LEAST * 5);
    swap(next);
    shown = Date.now();
    failed = 0;
  } catch {
    failed += 1;
    later(LEAST * 5);
  }
  judge();
}

function alive() {
  heard = Date.now();
  tries = 0;
  judge();
  if (Date.now() - read > AGEING) later(0);
}

function again() {
  stream.close();
  tries += 1;
  judge();
  // All pages must not come back in the same second.
  setTimeout(listen, Math.min(60_000, 1_000 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random()));
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
  stream.onerror = again;
}

setInterval(judge, 5_000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) later(0); });
listen();

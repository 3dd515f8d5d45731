// Keys for those who have no hand free for the mouse, and the theme. A key never does anything that a button or a link
// on the page does not do too, never anything while somebody types, and nothing together with Ctrl, Alt or Meta.

const KEYS = [
  ['/', 'to the filter of this page, or else to the search'],
  ['j', 'to the next incident or row'],
  ['k', 'to the one before'],
  ['Enter', 'opens the one you are at'],
  ['a', 'acknowledges the incident you are at, where it has that button'],
  ['s', 'opens and copies its situation update, where it has one'],
  ['?', 'shows these keys; Esc closes them'],
];
// A row within a card is a part of the card.
const ITEMS = 'article.card, tbody tr:not(article.card *)';
const root = document.documentElement;
const main = () => document.getElementById('main');

function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, value);
  } catch { /* storage is off: it holds until the page is left */ }
}

let areOn = stored('bellwether-keys') !== 'off';

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// What a key came to, for those who hear the page; and on the page, where nothing else would show it.
const voice = element('p', { className: 'voice' });
voice.setAttribute('role', 'status');
let silence = 0;

function say(words) {
  voice.textContent = words;
  clearTimeout(silence);
  silence = setTimeout(() => { voice.textContent = ''; }, 4_000);
}

function setTheme(theme) {
  if (theme === 'system') delete root.dataset.theme; else root.dataset.theme = theme;
  store('bellwether-theme', theme === 'system' ? null : theme);
}

function choice(label, type, name, value, isChosen, act) {
  const input = element('input', { type, name, value, checked: isChosen });
  input.addEventListener('change', () => act(input));
  return element('label', {}, input, ` ${label}`);
}

function dialog() {
  const rows = KEYS.map(([key, does]) =>
    element('tr', {}, element('th', { scope: 'row' }, element('kbd', {}, key)), element('td', {}, does)));
  const theme = root.dataset.theme ?? 'system';
  const themes = ['system', 'light', 'dark'].map((one) =>
    choice(one, 'radio', 'theme', one, one === theme, () => setTheme(one)));
  const keys = choice('these keys work', 'checkbox', 'keys', 'on', areOn, (input) => {
    areOn = input.checked;
    store('bellwether-keys', areOn ? null : 'off');
  });
  const close = element('button', { type: 'button', className: 'first' }, 'Close');
  const heading = element('h2', { id: 'keys-h' }, 'Keys and theme');
  const made = element('dialog', { id: 'keys', className: 'keys' }, heading,
    element('table', {}, element('tbody', {}, ...rows)),
    element('p', {}, keys),
    element('fieldset', {}, element('legend', {}, 'Theme'), ...themes),
    element('p', { className: 'small quiet' }, 'Kept by this browser alone.'), close);
  made.setAttribute('aria-labelledby', 'keys-h');
  close.addEventListener('click', () => made.close());
  made.addEventListener('close', () => made.remove());
  return made;
}

function help() {
  if (document.getElementById('keys')) return;
  const made = dialog();
  document.body.append(made);
  made.showModal();
}

function search() {
  const own = main().querySelector('input[type="search"]') ?? main().querySelector('form[role="search"] :is(input, select)');
  const field = own ?? document.querySelector('.top input[type="search"]');
  if (!field) return say('This page has nothing to search in.');
  field.closest('details')?.setAttribute('open', '');
  field.focus();
  field.select?.();
}

// A row is reached by its link, so that it can be found again after the page was read anew; else it is focused itself.
function target(item) {
  return item.id || item.matches('article') ? item : item.querySelector('a[href]') ?? item;
}

function items() {
  return [...main().querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());
}

function here() {
  const active = document.activeElement;
  return active instanceof Element && main().contains(active) ? active.closest(ITEMS) : null;
}

function step(by) {
  const all = items();
  if (all.length === 0) return say('This page has no incidents or rows.');
  const at = all.indexOf(here());
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  const wanted = target(all[next]);
  if (!wanted.matches('a, button, summary, input')) wanted.tabIndex = -1;
  wanted.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: 'nearest' });
}

// On a page that is about one incident, that one is meant.
function meant(selector) {
  const item = here();
  if (item) return item.querySelector(selector);
  const all = main().querySelectorAll(selector);
  return all.length === 1 ? all[0] : null;
}

function acknowledge() {
  const button = meant('[data-key="a"], form[action$="/acknowledge"] button');
  if (button) button.click(); else say('There is nothing to acknowledge here: go to an incident with j and k.');
}

function copyUpdate() {
  const button = meant('[data-key="s"], button[data-copy]');
  if (!button) return say('There is no situation update here: go to an incident with j and k.');
  button.closest('details')?.setAttribute('open', '');
  button.click();
}

async function copy(button) {
  const text = button.parentElement.querySelector('textarea');
  if (!text) return;
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    // Without TLS a browser has no clipboard for us; marked words can still be copied.
    text.select();
    if (!document.execCommand('copy')) return say('Marked: copy it with Ctrl and C.');
  }
  say('Copied.');
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = 'Copy'; }, 2_000);
}

function open() {
  const item = document.activeElement;
  if (item?.matches(ITEMS)) item.querySelector(':is(h1, h2, h3, th) a[href], a[href]')?.click();
}

const ACTS = {
  '/': search, j: () => step(1), k: () => step(-1), Enter: open, a: acknowledge, s: copyUpdate, '?': help,
};

function isTyping(at) {
  return at instanceof Element && (at.isContentEditable || at.matches('input, textarea, select, [role="textbox"]'));
}

document.addEventListener('keydown', (event) => {
  const act = Object.hasOwn(ACTS, event.key) ? ACTS[event.key] : null;
  const isOurs = act && !event.defaultPrevented && !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (!isOurs || !areOn || isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (event.key === 'Enter' && !event.target.matches(ITEMS)) return;
  if (event.repeat && event.key !== 'j' && event.key !== 'k') return;
  event.preventDefault();
  act();
});

// What is to be copied can be marked and copied by hand; with this script there is a button for it.
root.classList.add('can-copy');
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
  if (button) copy(button);
});

// Another page of ours, in another tab, may choose another theme.
addEventListener('storage', (event) => {
  if (event.key === 'bellwether-theme') setTheme(event.newValue ?? 'system');
});

const opener = element('button', { type: 'button', className: 'plain-button' }, 'Keys and theme (?)');
opener.addEventListener('click', help);
document.querySelector('footer.foot')?.append(opener);
document.body.append(voice);

import {announce, button, el} from './dom.js';
import {filled} from './notes.js';
import {applyTheme, chooseTheme, printLight, toggleTheme} from './theme.js';
import {showShortcuts, startKeys} from './keys.js';
import {go, pageAddress, startRouting} from './router.js';
import {Session} from './session.js';
import {listView} from './views/list.js';
import {editorView} from './views/editor.js';
import {experimentView} from './views/experiment.js';
import {compareView} from './views/compare.js';
import {loginView} from './views/login.js';

const VIEWS = {
  list: listView,
  editor: editorView,
  experiment: experimentView,
  trial: experimentView,
  compare: compareView,
  login: loginView
};

let session = null;
let leaving = new AbortController();
let lastPath = null;

/** Shows the view that an address means, once it is known who is asking. */
async function show(route) {
  leaving.abort();
  leaving = new AbortController();
  const {signal} = leaving;
  const main = document.getElementById('main');
  await filled(main, async () => {
    session ??= await Session.load();
    if (signal.aborted) return [];
    showAccount();
    if (!session.canRead && route.view !== 'login') {
      go(pageAddress('/login', {next: location.pathname + location.search}), {replace: true});
      return [];
    }
    const view = VIEWS[route.view];
    return view ? view({route, session, signal, reload}) : missing();
  }, signal);
  if (signal.aborted) return;
  settle(main, route);
}

/** After a view has changed: where the reader is, for the eye, the keyboard and the ear. */
function settle(main, route) {
  const heading = main.querySelector('h1')?.textContent ?? 'Attune';
  document.title = heading === 'Attune' ? 'Attune' : `${heading} · Attune`;
  document.querySelectorAll('[data-nav]').forEach((link) => {
    if (link.dataset.nav === route.view)
      link.setAttribute('aria-current', 'page');
    else
      link.removeAttribute('aria-current');
    link.href = pageAddress(new URL(link.href).pathname);
  });
  if (lastPath !== null && lastPath !== location.pathname) {
    main.focus({preventScroll: true});
    window.scrollTo(0, 0);
    announce(heading);
  }
  lastPath = location.pathname;
}

/** Forgets who was signed in, and shows the view again. */
function reload() {
  session = null;
  document.dispatchEvent(new CustomEvent('navigated'));
}

function showAccount() {
  const parts = [];
  if (session.namespaces?.length > 1) parts.push(namespaceChoice());
  if (session.canRead && !session.canWrite) parts.push(el('span', {class: 'badge'}, 'Read only'));
  if (session.signedIn && session.needsToken)
    parts.push(el('span', {class: 'identity'}, session.identity), button('Sign out', signOut));
  document.getElementById('account').replaceChildren(...parts);
}

function namespaceChoice() {
  const select = el(
    'select', {on: {change: () => go(`/?namespace=${encodeURIComponent(select.value)}`)}},
    session.namespaces.map((name) => el('option', {selected: name === session.namespace}, name)));
  return el('label', {class: 'choice quiet'}, el('span', {}, 'Namespace'), select);
}

async function signOut() {
  await Session.signOut();
  session = null;
  go('/login');
}

function missing() {
  return el(
    'div', {class: 'page'}, el('h1', {}, 'There is no such page'),
    el('p', {}, el('a', {href: '/'}, 'All experiments')));
}

applyTheme();
printLight();
const theme = document.getElementById('theme');
theme.addEventListener('change', () => chooseTheme(theme.value));
document.getElementById('help').addEventListener('click', showShortcuts);
document.addEventListener('chart-said', (event) => {
  document.getElementById('announcer').textContent = event.detail;
});
document.addEventListener('signed-out', () => {
  session = null;
  if (location.pathname !== '/login')
    go(pageAddress('/login', {next: location.pathname + location.search}), {replace: true});
});
startKeys({
  '/': () => document.querySelector('[data-search]')?.focus(),
  h: () => go(pageAddress('/')),
  n: () => session?.canWrite && go(pageAddress('/new')),
  t: () => announce(`Colours: ${toggleTheme()}`),
  ...Object.fromEntries(['1', '2', '3', '4', '5', '6'].map(
    (key) => [key, () => document.querySelectorAll('[role=tab]')[key - 1]?.click()])),
});
startRouting(show);

import {announce, button, choice, debounced, el, throttled} from '../dom.js';
import {get} from '../api.js';
import {follow, whileSeen} from '../live.js';
import {emptyNote, problemNote} from '../notes.js';
import {experimentAddress, pageAddress, remember} from '../router.js';
import {formatBrief, formatCount} from '../charts/format.js';
import {sparkline} from '../charts/history.js';
import {ago, begun, countsText, progressBar, stateBadge, stateName} from './words.js';
import {experimentActions} from './actions.js';

const PAGE = 50;
const SORTS =
  [['-created', 'newest'], ['created', 'oldest'], ['name', 'name'], ['-progress', 'progress'], ['state', 'state']];

/** Every experiment, as it goes. */
export async function listView({route, session, signal}) {
  const query = {
    search: route.query.get('search') ?? '',
    states: route.query.get('states') ?? '',
    sort: route.query.get('sort') ?? '-created',
    offset: Number(route.query.get('offset') ?? 0),
  };
  const rows = new Map();
  const body = el('tbody');
  const states = el('div', {class: 'chips', role: 'group', 'aria-label': 'Filter by state'});
  const table = el(
    'table', {class: 'experiments'},
    el(
      'thead', {},
      el(
        'tr', {},
        [
          ['Name', 'name'], ['State', 'state'], ['Progress', 'progress'], ['Best', 'best'], ['', 'spark'],
          ['Created', 'created'], ['', 'actions']
        ]
          .map(
            ([text, key]) => el(
              'th', {scope: 'col', class: `col-${key}`},
              text || el('span', {class: 'hidden'}, key === 'spark' ? 'Best over trials' : 'Actions'))))),
    body);
  const status = el('div');
  const paging = el('nav', {class: 'paging', 'aria-label': 'Pages'});

  const load = async () => {
    try {
      const reply = await get('experiments', {...query, limit: PAGE}, signal);
      status.replaceChildren();
      showRows(reply);
    } catch (error) {
      if (error.name !== 'AbortError') status.replaceChildren(problemNote(error, load));
    }
  };
  const change = (changes) => {
    Object.assign(query, {offset: 0}, changes);
    if (search.value !== query.search) search.value = query.search;
    remember({...query, sort: query.sort === '-created' ? '' : query.sort, offset: query.offset || ''});
    load();
  };
  const showRows = (reply) => {
    const kept = reply.experiments.map((experiment) => row(rows, experiment, {session, changed: load}));
    if (kept.length !== body.children.length || kept.some((element, i) => body.children[i] !== element))
      body.replaceChildren(...kept);
    table.hidden = kept.length === 0;
    if (kept.length === 0)
      status.replaceChildren(query.search || query.states ? nothingFound(change) : welcome(session));
    states.replaceChildren(...stateChips(reply.states, query, change));
    paging.replaceChildren(...pages(reply.total, query, change));
  };

  const search = el('input', {
    type: 'search',
    placeholder: 'Search by name',
    'aria-label': 'Search by name',
    value: query.search,
    'data-search': true,
    on: {input: debounced(() => change({search: search.value}), 200)},
  });
  await load();
  const refresh = throttled(whileSeen(load, signal), 1000, signal);
  follow('changes', {
    message: refresh,
    gone: ({name}) => {
      announce(`${name} was deleted`);
      refresh();
    },
    signal
  });
  return el(
    'div', {class: 'page'},
    el(
      'div', {class: 'page-head'}, el('h1', {}, 'Experiments'),
      session.canWrite ? el('a', {class: 'button primary', href: pageAddress('/new')}, 'New experiment') : null),
    el('div', {class: 'filters'}, search, states, choice('Sort by', SORTS, query.sort, (sort) => change({sort}))),
    status, table, paging);
}

/** The row of an experiment, the same element as before where nothing changed. */
function row(rows, experiment, context) {
  const text = JSON.stringify(experiment);
  const before = rows.get(experiment.name);
  if (before?.text === text) return before.element;
  const element = rowElement(experiment, context);
  if (before?.element.contains(document.activeElement)) {
    const key = document.activeElement.dataset.key;
    queueMicrotask(() => element.querySelector(`[data-key="${key}"]`)?.focus());
  }
  rows.set(experiment.name, {text, element});
  return element;
}

function rowElement(experiment, context) {
  const {name, counts, best, maxTrials} = experiment;
  const total = begun(counts);
  const progress = maxTrials ? `${formatCount(total)} of ${formatCount(maxTrials)}` : formatCount(total);
  return el(
    'tr', {},
    el(
      'th', {scope: 'row', class: 'col-name'}, el('a', {href: experimentAddress(name), 'data-key': 'open'}, name),
      el('span', {class: 'muted'}, experiment.algorithm)),
    el('td', {class: 'col-state'}, stateBadge(experiment.state)),
    el(
      'td', {class: 'col-progress', title: countsText(counts)}, progressBar(experiment),
      el('span', {class: 'muted'}, `${progress} trials`)),
    el('td', {class: 'col-best'}, bestCell(experiment, best)),
    el('td', {class: 'col-spark'}, experiment.spark?.length > 1 ? sparkline(experiment.spark) : null),
    el('td', {class: 'col-created'}, ago(experiment.created)),
    el('td', {class: 'col-actions'}, rowMenu(experiment, context)));
}

function bestCell(experiment, best) {
  if (experiment.objectives > 1) return el('span', {class: 'muted'}, `${experiment.objectives} objectives`);
  if (!best) return el('span', {class: 'muted'}, '–');
  return [el('strong', {class: 'number'}, formatBrief(best.value)), el('span', {class: 'muted'}, experiment.metric)];
}

function rowMenu(experiment, context) {
  const actions = experimentActions(experiment, context);
  if (actions.length === 0) return null;
  const menu = el(
    'details', {class: 'menu'},
    el('summary', {'aria-label': `Actions for ${experiment.name}`, 'data-key': 'menu'}, '⋯'),
    el('div', {class: 'menu-items'}, actions));
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  menu.addEventListener('focusout', (event) => {
    if (!menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

function stateChips(counts, query, change) {
  const chosen = new Set(query.states.split(',').filter(Boolean));
  return Object.entries(counts).map(([state, count]) => button(`${stateName(state)} ${formatCount(count)}`, () => {
                                      if (!chosen.delete(state)) chosen.add(state);
                                      change({states: [...chosen].join(',')});
                                    }, {class: 'chip', 'aria-pressed': String(chosen.has(state))}));
}

function pages(total, query, change) {
  if (total <= PAGE) return [];
  const last = Math.min(total, query.offset + PAGE);
  return [
    button('Previous', () => change({offset: Math.max(0, query.offset - PAGE)}), {disabled: query.offset === 0}),
    el('span', {}, `${formatCount(query.offset + 1)} to ${formatCount(last)} of ${formatCount(total)}`),
    button('Next', () => change({offset: query.offset + PAGE}), {disabled: last >= total}),
  ];
}

function nothingFound(change) {
  return emptyNote('No experiment matches.', button('Show all', () => change({search: '', states: ''})));
}

function welcome(session) {
  return emptyNote(
    'There is no experiment yet. An experiment says what to try, and what to make large or small.',
    session.canWrite ? el('a', {class: 'button primary', href: pageAddress('/new')}, 'Create the first') : null);
}

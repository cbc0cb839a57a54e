import {el, throttled} from '../dom.js';
import {experimentPath, get, pageURL} from '../api.js';
import {follow, whileSeen} from '../live.js';
import {problemNote} from '../notes.js';
import {experimentAddress, go, pageAddress} from '../router.js';
import {experimentActions} from './actions.js';
import {headLine, progressLine} from './head.js';
import {stateBadge} from './words.js';
import {overviewTab} from './overview.js';
import {trialsTab} from './trials.js';
import {stoppingTab} from './stopping.js';
import {logsTab} from './logs.js';
import {yamlTab} from './yaml.js';
import {cellsTab} from './cells.js';
import {trialTab} from './trial.js';

const TABS = {
  overview: ['Overview', overviewTab],
  trials: ['Trials', trialsTab],
  stopping: ['Early stopping', stoppingTab],
  logs: ['Logs', logsTab],
  yaml: ['YAML', yamlTab],
  cells: ['Cells', cellsTab],
};

/** One experiment: its head, its tabs, and what the chosen tab shows, live. */
export async function experimentView({route, session, signal}) {
  const {name} = route;
  const context = {
    name,
    session,
    signal,
    query: route.query,
    number: Number(route.number),
    experiment: await get(experimentPath(name), {}, signal),
    ticks: [],
    openTrial: (point) => point.number && go(experimentAddress(name, {}, `/trials/${point.number}`)),
    onTick: (listener) => context.ticks.push(listener),
  };
  const tab = route.view === 'trial' ? 'trials' : TABS[route.query.get('tab')] ? route.query.get('tab') : 'overview';
  const head = el('div', {class: 'experiment-head'});
  const fresh = throttled(whileSeen(() => update(context, head), signal), 1000, signal);
  context.changed = fresh;
  drawHead(head, context);
  const panel = el('div', {id: 'panel', role: 'tabpanel', 'aria-labelledby': `tab-${tab}`, class: 'panel'});
  follow(`${experimentPath(name)}/ticks`, {message: fresh, gone: () => go(pageAddress('/')), signal});
  const content = route.view === 'trial' ? trialTab : TABS[tab][1];
  Promise.resolve(content(context)).then((element) => panel.replaceChildren(element), (error) => {
    if (error.name !== 'AbortError')
      panel.replaceChildren(problemNote(error, () => go(location.href, {replace: true})));
  });
  return el('div', {class: 'page experiment'}, head, tabList(name, tab, context), panel);
}

async function update(context, head) {
  try {
    const experiment = await get(experimentPath(context.name), {}, context.signal);
    if (JSON.stringify(experiment) === JSON.stringify(context.experiment)) return;
    context.experiment = experiment;
    drawHead(head, context);
    context.ticks.forEach((listener) => listener(experiment));
  } catch (error) {
    if (error.status === 404) go(pageAddress('/'));
  }
}

function drawHead(head, context) {
  const {experiment} = context;
  const key = head.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  head.replaceChildren(
    el('nav', {class: 'crumbs', 'aria-label': 'Where you are'}, el('a', {href: pageAddress('/')}, 'Experiments')),
    el(
      'div', {class: 'page-head'}, el('h1', {}, experiment.name), stateBadge(experiment.state),
      el('div', {class: 'head-actions'}, reportLink(experiment), experimentActions(experiment, context))),
    headLine(experiment), progressLine(experiment));
  if (key) head.querySelector(`[data-key="${key}"]`)?.focus();
}

/** Everything on one page that needs no server. */
function reportLink({name}) {
  return el(
    'a',
    {class: 'button', href: pageURL(experimentPath(name, 'report')), download: `${name}.html`, 'data-key': 'report'},
    'Report');
}

function tabList(name, chosen, {experiment}) {
  const shown = Object.entries(TABS).filter(
    ([key]) =>
      ((key !== 'cells' || experiment.hasCells) &&
       (key !== 'logs' || experiment.hasLogs !== false || chosen === key) &&
       (key !== 'stopping' || experiment.stopping || chosen === key)));
  const tabs = shown.map(
    ([key, [text]]) => el(
      'a', {
        id: `tab-${key}`,
        role: 'tab',
        'aria-selected': String(key === chosen),
        'aria-controls': 'panel',
        tabindex: key === chosen ? 0 : -1,
        href: experimentAddress(name, {tab: key === 'overview' ? '' : key}),
      },
      text));
  const list = el('div', {class: 'tabs', role: 'tablist', 'aria-label': 'Views of the experiment'}, tabs);
  list.addEventListener('keydown', (event) => {
    const move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const at = tabs.indexOf(event.target);
    if (!move || at < 0) return;
    event.preventDefault();
    tabs[(at + move + tabs.length) % tabs.length].focus();
  });
  return list;
}

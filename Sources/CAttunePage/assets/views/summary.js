import {announce, button, el, pairs} from '../dom.js';
import {call, experimentPath, get} from '../api.js';
import {experimentAddress, pageAddress} from '../router.js';
import {findings, nextSteps} from '../charts/findings.js';
import {finite, formatNumber, formatValue} from '../charts/format.js';
import {editBudget} from './actions.js';
import {begun} from './words.js';

/** The best trial, with the values to use. */
export function bestCard(context) {
  const element = el('section', {class: 'card best', 'aria-labelledby': 'best-title'});
  let shown = null;
  const refresh = async () => {
    const {experiment, name, signal} = context;
    if (experiment.objectives.length > 1) return element.replaceChildren(...severalBest(experiment));
    if (!experiment.best)
      return element.replaceChildren(
        el('h2', {id: 'best-title'}, 'Best so far'), el('p', {class: 'muted'}, 'No trial has succeeded yet.'));
    const {number, value} = experiment.best;
    if (shown === `${number} ${value}`) return null;
    shown = `${number} ${value}`;
    const assignment = experiment.best.assignment ??
      await get(experimentPath(name, 'trials', number), {}, signal).then((trial) => trial.assignment, () => ({}));
    return element.replaceChildren(...bestContent(context, number, value, assignment));
  };
  refresh();
  return {element, refresh};
}

function bestContent({experiment, name}, number, value, assignment) {
  return [
    el(
      'div', {class: 'card-head'},
      el('h2', {id: 'best-title'}, experiment.state === 'Running' ? 'Best so far' : 'Best'),
      button(
        'Copy', () => copyText(JSON.stringify(assignment, null, 2), 'The values are copied'),
        {'aria-label': 'Copy the values of the best trial as JSON'})),
    el(
      'p', {class: 'big'},
      ...(finite(value) ?
            [
              el('span', {class: 'number'}, formatNumber(value, 5)), ' ',
              el('span', {class: 'muted'}, experiment.metric)
            ] :
            reportedText(value, experiment.metric)),
      el('a', {class: 'aside', href: experimentAddress(name, {}, `/trials/${number}`)}, `Trial ${number}`)),
    el('p', {class: 'hint'}, 'Use these values:'),
    pairs(Object.entries(assignment).map(([key, item]) => [key, formatValue(item)]), {class: 'values'}),
  ];
}

/** What a trial reported in place of a number, whole. */
export function reportedText(value, metric) {
  return [el('span', {class: 'reported'}, formatNumber(value)), ' ', el('span', {class: 'muted'}, metric)];
}

function severalBest(experiment) {
  const count = experiment.front?.length ?? 0;
  return [
    el('h2', {id: 'best-title'}, 'The front'),
    el(
      'p', {class: 'big'}, el('span', {class: 'number'}, String(count)), ' ',
      el('span', {class: 'muted'}, count === 1 ? 'trial' : 'trials')),
    el(
      'p', {}, 'None of these is beaten in every objective by another trial: each is the best for some weighing of ',
      experiment.objectives.map((aim) => aim.name).join(' and '), '.'),
  ];
}

/** What was found, in sentences, and what to do next. */
export function findingsCard(context, shared) {
  const list = el('ul', {class: 'findings'}, el('li', {class: 'waiting'}, 'Being worked out …'));
  const steps = el('ul', {class: 'steps'});
  const idle = el(
    'div', {class: 'idle', hidden: true}, el('h3', {}, 'Nobody has begun a trial yet'),
    el('p', {}, 'Start a worker on any machine that has what the trials need:'),
    el(
      'pre', {class: 'command', tabindex: 0, 'aria-label': 'Command'},
      `attune worker ${context.name} --server ${location.origin}`));
  const next = el('div', {hidden: true}, el('h3', {}, 'What to do next'), steps);
  const element = el(
    'section', {class: 'card', 'aria-labelledby': 'found-title'}, el('h2', {id: 'found-title'}, 'What was found'),
    list, idle, next);
  const refresh = async () => {
    const [importance, parallel] =
      await Promise.all([shared.importance().catch(() => null), shared.parallel().catch(() => null)]);
    if (context.signal.aborted) return;
    const {state, counts} = context.experiment;
    idle.hidden = state !== 'Running' || begun(counts) > 0;
    const sentences = findings(context.experiment, importance, parallel);
    list.replaceChildren(...(sentences.length > 0 ? sentences : [
                           'More trials have to end before anything can be said.'
                         ]).map((text) => el('li', {}, text)));
    const advice = nextSteps(context.experiment, parallel);
    next.hidden = advice.length === 0;
    steps.replaceChildren(
      ...advice.slice(0, 4).map((step) => el('li', {}, step.text, ' ', stepAction(step, context))));
  };
  refresh();
  return {element, refresh};
}

function stepAction({action}, context) {
  const {name, session, experiment} = context;
  if (action === 'failed')
    return el(
      'a', {href: experimentAddress(name, {tab: 'trials', states: 'Failed,MetricsUnavailable', sort: '-number'})},
      'Show them');
  if (!session.canWrite) return null;
  if (action === 'clone') return el('a', {href: pageAddress('/new', {from: name})}, 'Clone');
  if (action === 'budget')
    return button('Add trials', () => editBudget(experiment, context.changed), {class: 'link'});
  if (action === 'resume') return button('Resume', () => resumeNow(name, context), {class: 'link'});
  return null;
}

async function resumeNow(name, context) {
  try {
    await call('Experiments/ResumeExperiment', {experiment: name});
    context.changed();
  } catch (error) {
    announce(error.message);
  }
}

/** Puts text on the clipboard, or says why not. */
export async function copyText(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    announce(said);
  } catch {
    announce('The browser does not allow copying here.');
  }
}

import {choice, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {emptyNote} from '../notes.js';
import {experimentAddress, go} from '../router.js';
import {logPane} from './log.js';
import {stateName} from './words.js';

/** The log of a trial to be chosen: at first one that runs, else the newest. */
export async function logsTab(context) {
  const {name, signal, query} = context;
  const {trials} = await get(experimentPath(name, 'trials'), {sort: '-number', limit: 200}, signal);
  if (trials.length === 0) return emptyNote('No trial has begun yet.');
  const wanted =
    Number(query.get('trial')) || (trials.find((trial) => trial.state === 'Running') ?? trials[0]).number;
  const trial = await get(experimentPath(name, 'trials', wanted), {}, signal);
  const options =
    trials.map((item) => [String(item.number), `Trial ${item.number}, ${stateName(item.state).toLowerCase()}`]);
  if (!trials.some((item) => item.number === wanted)) options.unshift([String(wanted), `Trial ${wanted}`]);
  return el(
    'div', {},
    el(
      'div', {class: 'filters'},
      choice(
        'Log of', options, String(wanted), (number) => go(experimentAddress(name, {tab: 'logs', trial: number}))),
      el('a', {href: experimentAddress(name, {}, `/trials/${wanted}`)}, 'All about this trial')),
    await logPane(context, {...trial, hasLog: true}));
}

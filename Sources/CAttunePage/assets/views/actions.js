import {announce, button, el} from '../dom.js';
import {call} from '../api.js';
import {confirmAction} from '../dialog.js';
import {experimentAddress, go, pageAddress} from '../router.js';
import {formatCount} from '../charts/format.js';
import {begun} from './words.js';

/**
 * What can be done with an experiment, as buttons; none for who may only look.
 * @param {object} experiment
 * @param {{session: object, changed: function}} context
 */
export function experimentActions(experiment, {session, changed}) {
  if (!session.canWrite) return [];
  const {name, state} = experiment;
  const after = (text) => () => {
    announce(text);
    changed();
  };
  const ended = state === 'Succeeded' || state === 'Failed';
  return [
    state === 'Running' ?
      button('Stop', () => askToStop(experiment, after(`${name} is stopped`)), {'data-key': 'stop'}) :
      null,
    state === 'Suspended' ?
      button('Resume', () => resume(experiment, after(`${name} goes on`)), {'data-key': 'resume', class: 'primary'}) :
      null,
    button(
      ended ? 'Add trials' : 'Edit budget', () => editBudget(experiment, after(`The budget of ${name} is changed`)),
      {'data-key': 'budget'}),
    el('a', {class: 'button', href: pageAddress('/new', {from: name}), 'data-key': 'clone'}, 'Clone'),
    button(
      'Delete', () => askToDelete(experiment, after(`${name} is deleted`)),
      {'data-key': 'delete', class: 'danger-text'}),
  ];
}

function askToStop({name}, done) {
  confirmAction({
    title: `Stop ${name}?`,
    action: 'Stop it',
    content: [el('p', {}, 'No further trial begins, and running ones are ended. It can be resumed later.')],
    act: async () => {
      await call('Experiments/SuspendExperiment', {experiment: name});
      done();
    },
  });
}

async function resume({name}, done) {
  try {
    await call('Experiments/ResumeExperiment', {experiment: name});
    done();
  } catch (error) {
    announce(`${error.message} ${error.advice ?? ''}`);
  }
}

/** Asks for the new limits; what is left as it was is not sent. */
export function editBudget(experiment, done) {
  const field = (label, key, value) => {
    const input = el('input', {type: 'number', min: 1, step: 1, name: key, value: value ?? ''});
    return {key, input, value, element: el('label', {class: 'field'}, label, input)};
  };
  const fields = [
    field('Trials at most', 'maxTrials', experiment.maxTrials),
    field('Trials at once', 'parallelTrials', experiment.parallelTrials),
    field('Failed trials at most', 'maxFailedTrials', experiment.maxFailedTrials),
  ].filter(({key}) => key === 'maxTrials' || experiment[key] !== undefined);
  confirmAction({
    title: `Budget of ${experiment.name}`,
    action: 'Save',
    content: [
      el('p', {}, `${formatCount(begun(experiment.counts))} trials have begun.`),
      ...fields.map(({element}) => element)
    ],
    act: async () => {
      const changes = fields.filter(({input, value}) => input.value !== '' && Number(input.value) !== value);
      const budget = Object.fromEntries(changes.map(({key, input}) => [key, Number(input.value)]));
      if (changes.length > 0) await call('Experiments/EditBudget', {experiment: experiment.name, budget});
      done();
    },
  });
}

function askToDelete(experiment, done) {
  confirmAction({
    title: `Delete ${experiment.name}?`,
    action: 'Delete it',
    danger: true,
    content: [
      el(
        'p', {},
        `Everything recorded of its ${formatCount(begun(experiment.counts))} trials goes. This cannot be undone.`),
      el(
        'p', {}, el('a', {href: experimentAddress(experiment.name, {tab: 'yaml'})}, 'Its YAML'),
        ' can be copied first.'),
    ],
    act: async () => {
      await call('Experiments/DeleteExperiment', {experiment: experiment.name});
      done();
      go(pageAddress('/'));
    },
  });
}

import {el} from '../dom.js';
import {formatCount, formatDuration, formatNumber, formatTime, finite} from '../charts/format.js';
import {ago, begun, countsText, progressBar} from './words.js';

const ENDINGS = {
  ExperimentMaxTrialsReached: 'The budget is used up.',
  ExperimentGoalReached: 'The goal is reached.',
  ExperimentSuggestionEndReached: 'Everything in the search space was tried.',
  ExperimentMaxFailedTrialsReached: 'Too many trials failed.',
};

/** What an experiment is after, in a line. */
export function headLine(experiment) {
  const aims = experiment.objectives.map((aim) => {
    const goal = finite(aim.goal) ? ` to ${formatNumber(aim.goal)}` : '';
    return `${aim.maximize ? 'maximize' : 'minimize'} ${aim.name}${goal}`;
  });
  const parts = [aims.join(', '), `by ${experiment.algorithm.name}`];
  if (experiment.stopping) parts.push(`stopping early by ${experiment.stopping.rule}`);
  parts.push(el('span', {title: formatTime(experiment.created)}, `created ${ago(experiment.created)}`));
  if (experiment.holder && experiment.state === 'Running') parts.push(`run by ${experiment.holder}`);
  return el('p', {class: 'head-line'}, parts.flatMap((part, index) => (index === 0 ? [part] : [' · ', part])));
}

/** How far it is, and how long it will take. */
export function progressLine(experiment) {
  const total = begun(experiment.counts);
  const budget = experiment.maxTrials ? `${formatCount(total)} of ${formatCount(experiment.maxTrials)} trials` :
                                        `${formatCount(total)} trials`;
  const texts = [el('strong', {}, budget), ' · ', countsText(experiment.counts)];
  const left = timeLeft(experiment, total);
  if (left) texts.push(' · ', left);
  const reason =
    experiment.state !== 'Running' && (ENDINGS[experiment.reason] ?? (experiment.message || experiment.reason));
  return el(
    'div', {class: 'head-progress'}, progressBar(experiment), el('p', {}, texts),
    reason ? el('p', {class: 'reason'}, reason) : null);
}

function timeLeft(experiment, total) {
  if (experiment.state !== 'Running' || !experiment.maxTrials || !finite(experiment.trialSeconds)) return '';
  const atOnce = Math.max(1, experiment.parallelTrials ?? 1);
  const seconds = (Math.max(0, experiment.maxTrials - total) * experiment.trialSeconds) / atOnce;
  return seconds > 0 ?
    `about ${formatDuration(seconds > 300 ? Math.round(seconds / 60) * 60 : Math.max(1, seconds))} to go, at ${
      formatDuration(experiment.trialSeconds)} a trial` :
    '';
}

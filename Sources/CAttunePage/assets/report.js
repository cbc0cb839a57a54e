import {finite, formatBrief, formatCount, formatDuration, formatNumber, formatTime, formatValue} from './charts/format.js';
import {historyChart} from './charts/history.js';
import {curvesChart} from './charts/curves.js';
import {importanceChart} from './charts/importance.js';
import {parallelChart} from './charts/parallel.js';
import {sliceChart} from './charts/slice.js';
import {timelineChart} from './charts/timeline.js';
import {edfChart} from './charts/edf.js';
import {frontChart, hypervolumeChart} from './charts/front.js';
import {findings, goodRanges} from './charts/findings.js';

const WIDE = 980;
const HALF = 476;

/** Draws the report of one experiment into the page, from what stands in it as JSON. */
export function drawReport(data, root) {
  const {experiment} = data;
  document.title = `${experiment.name} · Attune`;
  const sections = [
    reportHead(data),
    reportBest(data),
    reportFindings(data),
    ...reportFront(data),
    reportChart('History', data.history?.total > 0 && historyChart(data.history, {width: WIDE, height: 340})),
    reportChart(
      'Learning curves',
      data.curves?.trials.some((trial) => trial.value.length > 1) &&
        curvesChart(data.curves, {width: WIDE, height: 340, best: experiment.best?.number})),
    reportChart(
      'What matters', data.importance?.parameters.length > 0 && importanceChart(data.importance, {width: WIDE})),
    reportChart(
      'All parameters', data.parallel?.number.length > 0 && parallelChart(data.parallel, {width: WIDE, height: 380})),
    reportSlices(data),
    reportChart('Distribution', data.edf?.value.length > 1 && edfChart([data.edf], {width: WIDE, height: 300})),
    reportChart(
      'Timeline',
      data.timeline?.number.length > 0 && timelineChart(data.timeline, {width: WIDE, now: data.generated})),
    reportTrials(data),
    reportAudit(data),
    reportYAML(data),
  ];
  root.replaceChildren(...sections.filter(Boolean));
}

function htmlElement(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.flat()
                   .filter((child) => child !== null && child !== undefined && child !== false)
                   .map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

function reportSection(title, ...content) {
  return htmlElement('section', {class: 'card'}, htmlElement('h2', {}, title), ...content);
}

function reportHead({experiment, generated, version}) {
  const aims = experiment.objectives.map((aim) => `${aim.maximize ? 'maximize' : 'minimize'} ${aim.name}`).join(', ');
  const words = {
    succeeded: 'succeeded',
    earlyStopped: 'stopped early',
    running: 'running',
    paused: 'paused',
    failed: 'failed',
    killed: 'killed',
    metricsUnavailable: 'without a metric'
  };
  const counts = Object.entries(words)
                   .filter(([key]) => experiment.counts[key])
                   .map(([key, word]) => `${formatCount(experiment.counts[key])} ${word}`);
  return htmlElement(
    'header', {}, htmlElement('h1', {}, experiment.name),
    htmlElement(
      'p', {},
      `${experiment.state}: ${aims}, by ${experiment.algorithm.name}. Trials: ${counts.join(', ') || 'none yet'}.`),
    htmlElement('p', {class: 'muted'}, `Attune ${version ?? ''}, as of ${formatTime(generated)}.`));
}

function reportBest({experiment, trials}) {
  if (!experiment.best || experiment.objectives.length > 1) return null;
  const {number, value} = experiment.best;
  const assignment =
    experiment.best.assignment ?? trials?.trials.find((trial) => trial.number === number)?.assignment ?? {};
  return reportSection(
    'Best',
    htmlElement(
      'p', {class: 'big'}, htmlElement('span', {class: finite(value) ? 'number' : 'reported'}, formatNumber(value, 5)),
      ` ${experiment.metric}, trial ${number}`),
    htmlElement(
      'dl', {class: 'values'},
      Object.entries(assignment)
        .map(
          ([name, item]) =>
            (htmlElement('div', {}, htmlElement('dt', {}, name), htmlElement('dd', {}, formatValue(item)))))));
}

function reportFindings({experiment, importance, parallel}) {
  const sentences = findings(experiment, importance, parallel);
  return sentences.length > 0 &&
    reportSection('What was found', htmlElement('ul', {}, sentences.map((text) => htmlElement('li', {}, text))));
}

function reportChart(title, chart) {
  return chart ? reportSection(
                   title, htmlElement('div', {class: 'scroll', tabindex: '0'}, chart.element),
                   chart.note ? htmlElement('p', {class: 'muted'}, chart.note) : null) :
                 null;
}

function reportFront({front}) {
  if (!front?.front.length) return [];
  return [
    reportChart('The front', frontChart(front, {width: WIDE, height: 400})),
    reportChart(
      'Hypervolume',
      front.hypervolume?.number.length > 0 && hypervolumeChart(front.hypervolume, {width: WIDE, height: 260})),
  ];
}

function reportSlices({slices, experiment, parallel}) {
  if (!slices?.length || experiment.objectives.length > 1) return null;
  const ranges = parallel ? goodRanges(parallel) : {};
  return reportSection('Each parameter', htmlElement('div', {class: 'grid-of-charts'}, slices.map((data) => {
                         const good = ranges[data.parameter.name];
                         return sliceChart(data, {
                                  width: HALF,
                                  height: 280,
                                  metric: experiment.metric,
                                  maximize: experiment.maximize,
                                  range: good && good.low < good.high ? [good.low, good.high] : null,
                                  best: experiment.best?.number,
                                })
                           .element;
                       })));
}

function reportTable(head, rows) {
  return htmlElement(
    'div', {class: 'scroll', tabindex: '0'},
    htmlElement(
      'table', {},
      htmlElement('thead', {}, htmlElement('tr', {}, head.map((text) => htmlElement('th', {scope: 'col'}, text)))),
      htmlElement(
        'tbody', {}, rows.map((row) => htmlElement('tr', {}, row.map((cell) => htmlElement('td', {}, cell)))))));
}

function reportTrials({trials, experiment}) {
  if (!trials?.trials.length) return null;
  const names = experiment.parameters.map((parameter) => parameter.name);
  const several = experiment.objectives.length > 1;
  const metrics = several ? experiment.objectives.map((aim) => aim.name) : [experiment.metric];
  const rows = trials.trials.map(
    (trial) =>
      [trial.number,
       trial.state,
       ...metrics.map((metric) => formatBrief(several ? trial.metrics?.[metric] : trial.value)),
       ...names.map((name) => formatValue(trial.assignment[name])),
       finite(trial.end) ? formatDuration(trial.end - trial.start) : '–',
  ]);
  const title =
    trials.total > rows.length ? `The best ${rows.length} of ${formatCount(trials.total)} trials` : 'Trials';
  return reportSection(title, reportTable(['Trial', 'State', ...metrics, ...names, 'Time'], rows));
}

function reportAudit({audit}) {
  if (!audit?.rule || audit.trials.length === 0) return null;
  const rows =
    audit.trials.map((trial) => [trial.number, formatNumber(trial.step), formatNumber(trial.value), trial.why ?? '']);
  return reportSection(
    'Early stopping',
    htmlElement(
      'p', {},
      `${typeof audit.rule === 'string' ? audit.rule : audit.rule.rule}: ${formatCount(audit.stopped)} of ${
        formatCount(audit.checked)} trials were stopped. ${audit.note ?? ''}`),
    reportTable(['Trial', 'At step', 'It stood at', 'Why'], rows));
}

function reportYAML({experiment}) {
  return experiment.yaml ? reportSection('YAML', htmlElement('pre', {tabindex: '0'}, experiment.yaml)) : null;
}

drawReport(JSON.parse(document.getElementById('report-data').textContent), document.getElementById('report'));

import {px, svg} from './svg.js';

/** What the letters of a state column mean, in the order of legends. Each has a shape, so that colour is not needed. */
export const STATES = {
  S: {name: 'Succeeded', shape: 'disc'},
  R: {name: 'Running', shape: 'ring'},
  P: {name: 'Paused', shape: 'square'},
  E: {name: 'Stopped early', shape: 'triangle'},
  F: {name: 'Failed', shape: 'cross'},
  K: {name: 'Killed', shape: 'plus'},
  M: {name: 'No metric', shape: 'diamond'},
};

const SHAPES = {
  disc: (x, y, r) => `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${- 2 * r} 0Z`,
  ring: (x, y, r) => SHAPES.disc(x, y, r),
  square: (x, y, r) => `M${px(x - r)} ${px(y - r)}h${2 * r}v${2 * r}h${- 2 * r}Z`,
  triangle: (x, y, r) => `M${px(x - r)} ${px(y - r)}h${2 * r}l${- r} ${2 * r}Z`,
  cross: (x, y, r) => `M${px(x - r)} ${px(y - r)}l${2 * r} ${2 * r}M${px(x + r)} ${px(y - r)}l${- 2 * r} ${2 * r}`,
  plus: (x, y, r) => `M${px(x - r)} ${px(y)}h${2 * r}M${px(x)} ${px(y - r)}v${2 * r}`,
  diamond: (x, y, r) => `M${px(x)} ${px(y - r)}l${r} ${r}l${- r} ${r}l${- r} ${- r}Z`,
};

/** The path of one mark. */
export function markPath(state, x, y, radius = 3) {
  return SHAPES[STATES[state]?.shape ?? 'disc'](x, y, radius);
}

/**
 * The marks of many trials: one path for each state, however many there are.
 * @param {Array<{x: number, y: number, state: string}>} points in pixels
 */
export function stateMarks(points, radius = 3) {
  const paths = new Map();
  for (const point of points) {
    paths.set(point.state, (paths.get(point.state) ?? '') + markPath(point.state, point.x, point.y, radius));
  }
  const group = svg('g', {class: 'marks'});
  for (const state of Object.keys(STATES)) {
    if (paths.has(state)) group.append(svg('path', {class: `mark state-${state}`, d: paths.get(state)}));
  }
  return group;
}

/** The entries of a legend for the states that occur. */
export function stateLegend(states) {
  const present = new Set(states);
  return Object.keys(STATES).filter((state) => present.has(state)).map((state) => ({
                                                                         name: STATES[state].name,
                                                                         key: `mark state-${state}`,
                                                                         path: (x, y) => markPath(state, x, y, 3.5),
                                                                       }));
}

/** The word for a state letter. */
export function stateWord(state) {
  return STATES[state]?.name ?? state;
}

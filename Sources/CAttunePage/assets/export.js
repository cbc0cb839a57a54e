import {el} from './dom.js';

const COPIED = [
  'fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'stroke-linecap', 'opacity',
  'fill-opacity', 'stroke-opacity', 'font-size', 'font-family', 'font-weight', 'visibility', 'shape-rendering',
  'paint-order'
];
const HEAD = 34;

/**
 * A chart as a picture that stands for itself: colours and fonts written into it, its title above it.
 * @param {SVGSVGElement} chart as shown
 * @param {string} title
 * @returns {string}
 */
export function standaloneSVG(chart, title) {
  const copy = chart.cloneNode(true);
  copyStyles(chart, copy);
  for (const name of ['tabindex', 'class']) copy.removeAttribute(name);
  const {width, height} = chart.viewBox.baseVal;
  const page = getComputedStyle(document.body);
  const namespace = 'http://www.w3.org/2000/svg';
  const paper = document.createElementNS(namespace, 'rect');
  Object.entries({x: 0, y: -HEAD, width, height: height + HEAD, fill: page.backgroundColor})
    .forEach(([k, v]) => paper.setAttribute(k, v));
  const heading = document.createElementNS(namespace, 'text');
  Object
    .entries({x: 4, y: -12, fill: page.color, 'font-size': 15, 'font-weight': 600, 'font-family': page.fontFamily})
    .forEach(([key, value]) => heading.setAttribute(key, value));
  heading.textContent = title;
  copy.prepend(paper, heading);
  copy.setAttribute('viewBox', `0 ${- HEAD} ${width} ${height + HEAD}`);
  copy.setAttribute('width', width);
  copy.setAttribute('height', height + HEAD);
  copy.setAttribute('xmlns', namespace);
  return new XMLSerializer().serializeToString(copy);
}

/** Saves a chart as an SVG file. */
export function saveSVG(chart, title) {
  save(new Blob([standaloneSVG(chart, title)], {type: 'image/svg+xml'}), `${fileName(title)}.svg`);
}

/** Saves a chart as a PNG file with twice the pixels of the screen. */
export async function savePNG(chart, title) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSVG(chart, title))}`;
  await image.decode();
  const canvas = el('canvas', {width: image.naturalWidth * 2, height: image.naturalHeight * 2});
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => {
    canvas.toBlob(done, 'image/png');
  });
  save(blob, `${fileName(title)}.png`);
}

/** Offers a blob as a download. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el('a', {href: url, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function copyStyles(from, to) {
  const sources = from.querySelectorAll('*');
  const targets = to.querySelectorAll('*');
  sources.forEach((source, index) => {
    if (source.closest('.inspect-ring, .tip, .brush-area')) {
      targets[index].remove();
      return;
    }
    const style = getComputedStyle(source);
    for (const name of COPIED) targets[index].setAttribute(name, style.getPropertyValue(name));
    targets[index].removeAttribute('class');
    targets[index].removeAttribute('tabindex');
  });
}

function fileName(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80) || 'chart';
}

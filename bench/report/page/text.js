// Whatever is shown is made here, of text nodes alone; nothing is ever read as markup.

// What has no shape of its own or moves other text: controls (ANSI), bidi marks, zero widths, tags, lone surrogates.
const UNSEEN = /(?:(?![\n\t])[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}])+/gu;
const SHORT = { '\0': '\\0', '\b': '\\b', '\f': '\\f', '\r': '\\r', '\v': '\\v', '\x1b': '\\e' };
const SVG = 'http://www.w3.org/2000/svg';

const spelled = (run) =>
  Array.from(run, (one) => SHORT[one] ?? `\\u{${one.codePointAt(0).toString(16)}}`).join('');

// The text with what cannot be seen spelled out: for attributes, titles and links.
const plain = (text) => String(text).replace(UNSEEN, spelled);

// The same as nodes, with what is spelled out marked, so that it differs from a text that says "\u{202e}".
function shown(text) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(UNSEEN)) {
    const mark = document.createElement('span');
    mark.className = 'unseen-character';
    mark.textContent = spelled(found[0]);
    out.append(text.slice(from, found.index), mark);
    from = found.index + found[0].length;
  }
  out.append(text.slice(from));
  return out;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? '' : plain(value));
  }
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : shown(String(child)));
  }
  return node;
}

// An element: a function as attribute listens to the event of that name, strings become text.
const el = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

// For screen readers.
function tell(text) {
  document.getElementById('told').textContent = plain(text);
}

const known = (value) => value !== null && value !== undefined;
const percent = (rate, digits = 1) => (known(rate) ? `${(100 * rate).toFixed(digits)} %` : '');
const count = (number) => (known(number) ? Math.round(number).toLocaleString('en-US') : '');
const seconds = (time) => (known(time) ? `${time < 10 ? time.toFixed(2) : time.toFixed(1)} s` : '');
const dollars = (usd) => (known(usd) ? `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(2))}` : '');
